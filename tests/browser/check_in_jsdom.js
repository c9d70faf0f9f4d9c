// Prints the accessibility violations of pages as JSON: name of the page → violations.
// jsdom has no layout, so that the rules on colours and sizes are checked in Chromium only.
const { readFileSync } = require("node:fs")
const { basename } = require("node:path")
const { JSDOM } = require("jsdom")

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8")
const OPTIONS = { rules: { "color-contrast": { enabled: false } } }

async function check(path) {
  const { window } = await JSDOM.fromFile(path, { runScripts: "outside-only", pretendToBeVisual: true })
  window.eval(AXE)
  const { violations } = await window.axe.run(OPTIONS)
  window.close()
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} at ${target}: ${help}`))
}

async function main(paths) {
  const found = {}
  for (const path of paths) found[basename(path, ".html")] = await check(path)
  console.log(JSON.stringify(found))
}

main(process.argv.slice(2))
