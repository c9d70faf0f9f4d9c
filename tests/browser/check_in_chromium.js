// Looks at pages in Chromium without a network: writes screenshots, prints what was found as JSON, page by page.
// Arguments: the path of Chromium, the folder for the screenshots, the pages.
const { readFileSync } = require("node:fs")
const { basename, join } = require("node:path")
const { pathToFileURL } = require("node:url")
const { chromium } = require("playwright-core")

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8")
const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 780 }
const VIEWS = {
  desktop: { viewport: DESKTOP, colorScheme: "light" },
  dark: { viewport: DESKTOP, colorScheme: "dark" },
  phone: { viewport: PHONE, colorScheme: "light", isMobile: true },
  "phone-dark": { viewport: PHONE, colorScheme: "dark", isMobile: true },
}
const A4 = { width: 794, height: 1123 } // at 96 dpi

// Notes what a page asks for and whatever a script in it does.
function listen(page, url, seen) {
  page.on("request", request => request.url() === url || seen.requests.push(request.url()))
  page.on("dialog", dialog => { seen.scripts.push(dialog.message()); dialog.dismiss() })
  page.on("pageerror", error => seen.scripts.push(error.message))
  page.on("console", message => seen.scripts.push(message.text()))
}

async function look(browser, path, view, folder) {
  const seen = { requests: [], scripts: [] }
  const context = await browser.newContext({ ...VIEWS[view], offline: true })
  context.setDefaultTimeout(0) // the machine may be busy
  await context.addInitScript(AXE) // a policy of the page would forbid to add it later
  const page = await context.newPage()
  const url = pathToFileURL(path).href
  listen(page, url, seen)
  await page.goto(url)
  const { violations } = await page.evaluate(() => window.axe.run())
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  const picture = name => page.screenshot({ path: join(folder, `${basename(path, ".html")}-${name}.png`), fullPage: true })
  await picture(view)
  if (view === "desktop") {
    await page.setViewportSize(A4)
    await page.emulateMedia({ media: "print" })
    await picture("print")
  }
  await context.close()
  const described = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} at ${target}: ${help}`))
  return { ...seen, violations: described, hidden_pixels: Math.max(width - VIEWS[view].viewport.width, 0) }
}

async function main([executablePath, folder, ...paths]) {
  // As root, Chromium has no sandbox.
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid() !== 0, timeout: 0 })
  const found = {}
  for (const path of paths) {
    found[basename(path, ".html")] = {}
    for (const view of Object.keys(VIEWS)) found[basename(path, ".html")][view] = await look(browser, path, view, folder)
  }
  await browser.close()
  console.log(JSON.stringify(found))
}

main(process.argv.slice(2))
