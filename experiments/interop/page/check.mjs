// node check.mjs RESULTS SCREENSHOTS: opens RESULTS/*/index.html; see run.sh.
import { mkdirSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [results, shots] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const views = [
  { name: "light", colorScheme: "light", width: 1200 },
  { name: "dark", colorScheme: "dark", width: 1200 },
  { name: "phone", colorScheme: "light", width: 390 },
];
let failures = 0;
for (const section of readdirSync(results)) {
  const url = pathToFileURL(resolve(results, section, "index.html")).href;
  for (const { name, colorScheme, width } of views) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const problems = [];
    page.on("console", (m) => m.type() === "error" && problems.push(`console: ${m.text()}`));
    page.on("pageerror", (error) => problems.push(`script: ${error}`));
    page.on("request", (r) => {
      if (r.url() !== url && !r.url().startsWith("data:")) problems.push(`request: ${r.url()}`);
    });
    await page.goto(url);
    const found = await page.evaluate(() => {
      const figures = [...document.querySelectorAll("figure")];
      const shown = figures.filter((f) => f.querySelector("svg").getBoundingClientRect().width > 200);
      const wider = document.documentElement.scrollWidth - window.innerWidth;
      return { figures: figures.length, shown: shown.length, wider };
    });
    if (found.figures === 0 || found.shown !== found.figures) {
      problems.push(`${found.shown} of ${found.figures} figures show`);
    }
    if (found.wider > 0) problems.push(`the page is ${found.wider} pixels wider than the window`);
    await page.screenshot({ path: `${shots}/${section}-${name}.png`, fullPage: true });
    const text = problems.length ? problems.join("; ") : "ok";
    console.log(`${section} ${name}: ${found.figures} figures, ${text}`);
    failures += problems.length;
    await context.close();
  }
}
await browser.close();
console.log(failures ? `${failures} problems` : "no problems");
process.exit(failures ? 1 : 0);
