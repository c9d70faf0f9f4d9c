"""Checks of the pages: under jsdom with all tests, and in Chromium by `make browser`."""
