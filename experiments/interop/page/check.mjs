// node check.mjs FOLDER SCREENSHOTS PAGE: opens FOLDER/*/PAGE, the page of a run or a chapter of the book, and uses it
// as a reader would; see run.sh.
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [results, shots, file] = process.argv.slice(2);
const book = file !== "index.html";
const axe = createRequire(import.meta.url).resolve("axe-core");
mkdirSync(shots, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

const views = [
  { name: "light", colorScheme: "light", width: 1200 },
  { name: "dark", colorScheme: "dark", width: 1200 },
  { name: "phone", colorScheme: "light", width: 390 },
  { name: "print", colorScheme: "dark", width: 800, media: "print" },
  { name: "without script", colorScheme: "light", width: 1200, javaScriptEnabled: false },
];
let failures = 0;
for (const section of readdirSync(results)) {
  const folder = pathToFileURL(`${resolve(results, section)}/`).href;
  // Side by side: most of the time is spent waiting for the browser.
  const look = async ({ name, width, media, ...settings }) => {
    const context = await browser.newContext({ ...settings, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const problems = [];
    const expect = (condition, problem) => condition || problems.push(problem);
    page.on("console", (m) => m.type() === "error" && problems.push(`console: ${m.text()}`));
    page.on("pageerror", (error) => problems.push(`script: ${error}`));
    page.on("request", (r) => {
      if (!r.url().startsWith(folder) && !r.url().startsWith("data:")) problems.push(`request: ${r.url()}`);
    });
    await page.emulateMedia({ media: media ?? "screen" });
    await page.goto(folder + file);
    if (name === "light") await readAsStudent(page, expect);
    if (name === "dark" || name === "phone") await revealAll(page);
    await everythingShows(page, expect, name);
    if (name === "light") {
      await useFigures(page, resolve(results, section), expect);
      if (!book) await sortTables(page, expect);
    }
    if (name === "dark") await isDark(page, expect);
    if (name === "print") await isPrinted(page, expect);
    if (name === "light" || name === "dark" || name === "phone") await isAccessible(page, expect);
    await page.screenshot({ path: `${shots}/${book ? "book-" : ""}${section}-${name.replace(" ", "-")}.png`, fullPage: true });
    console.log(`${section} ${name}: ${problems.length ? problems.join("; ") : "ok"}`);
    failures += problems.length;
    await context.close();
  };
  await Promise.all(views.map(look));
}
await browser.close();
console.log(failures ? `${failures} problems` : "no problems");
process.exit(failures ? 1 : 0);

/** Guesses by a choice in the first lesson, by “show me” in the others. */
async function readAsStudent(page, expect) {
  const lessons = await page.locator(".lesson").all();
  for (const [k, lesson] of lessons.entries()) {
    expect(!(await lesson.locator(".reveal").isVisible()), "a figure shows before the guess");
    await lesson.locator(k === 0 ? ".choices button" : ".more").first().click();
    expect(await lesson.locator(".reveal").isVisible(), "nothing shows after the guess");
    const answer = await lesson.getAttribute("data-answer");
    const marked = await lesson.locator(".choices .right").count();
    expect(marked === (answer === null ? 0 : 1), `${marked} choices are marked as what the run shows`);
  }
}

async function revealAll(page) {
  // A click removes its button.
  while (await page.locator(".more").count()) await page.locator(".more").first().click();
}

/** Every figure shows once, in its layout, with all its texts inside; no page is wider than its window. */
async function everythingShows(page, expect, view) {
  const found = await page.evaluate((phone) => {
    const problems = [];
    for (const figure of document.querySelectorAll("figure")) {
      const shown = [...figure.querySelectorAll(":scope > div > svg")].filter((svg) => svg.checkVisibility());
      const [svg] = shown;
      if (shown.length !== 1 || svg.getBoundingClientRect().width < 200) {
        problems.push(`${figure.id} shows ${shown.length} times`);
        continue;
      }
      if (!phone) continue;
      const places = JSON.parse(figure.querySelector("script").textContent).narrow;
      const columns = new Set(places.map(({ left }) => left)).size;
      if (columns > 2) problems.push(`${figure.id} has ${columns} columns`);
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      for (const text of svg.querySelectorAll("text")) {
        const size = parseFloat(text.getAttribute("font-size")) * scale;
        if (size < 7) problems.push(`${figure.id}: “${text.textContent}” is ${size.toFixed(1)} pixels high`);
        const box = text.getBoundingClientRect();
        if (box.left < -1 || box.right > innerWidth + 1) problems.push(`${figure.id}: “${text.textContent}” is cut`);
      }
    }
    const wider = document.documentElement.scrollWidth - innerWidth;
    if (wider > 0) problems.push(`the page is ${wider} pixels wider than the window`);
    if (document.querySelectorAll("figure").length === 0) problems.push("there are no figures");
    return problems;
  }, view === "phone");
  found.forEach((problem) => expect(false, problem));
}

/** The controls of every figure, its values by pointer and keyboard, and its files. */
async function useFigures(page, folder, expect) {
  for (const figure of await page.locator("figure").all()) {
    const id = await figure.getAttribute("id");
    await downloads(page, figure, folder, expect);
    const box = figure.locator(".wide[tabindex]");
    if ((await box.count()) === 0) continue;
    const place = await figure.evaluate((element) => {
      const { panels, wide } = JSON.parse(element.querySelector("script").textContent);
      const read = ({ kind, points }) => points.length && /line|points|bars|histogram/.test(kind);
      const k = panels.findIndex((panel) => panel?.marks.some(read));
      const middle = new DOMPoint(wide[k].left + wide[k].width / 2, wide[k].top + wide[k].height / 2);
      const place = () => middle.matrixTransform(element.querySelector(".wide > svg").getScreenCTM());
      scrollBy(0, place().y - innerHeight / 2);
      return place().toJSON();
    });
    await page.mouse.move(place.x, place.y);
    const tip = figure.locator(".wide .tip");
    expect(await tip.isVisible(), `${id}: no value under the pointer`);
    await box.focus();
    await page.keyboard.press("ArrowRight");
    const said = await page.locator(".live").textContent();
    expect(/\d/.test(said), `${id}: “${said}” is said of the first value`);
    await isMeasured(figure, folder, id, expect);
    await page.keyboard.press("Escape");
    expect(!(await tip.isVisible()), `${id}: Escape hides no value`);

    for (const button of await figure.locator(".controls button").all()) {
      const label = await button.textContent();
      const before = await figure.locator(".wide").innerHTML();
      const state = await button.getAttribute("aria-pressed");
      await button.click();
      expect((await figure.locator(".wide").innerHTML()) !== before, `${id}: ${label} changes nothing`);
      const odd = await figure.locator(".wide > svg").evaluate((svg) => /NaN|Infinity/.test(svg.outerHTML));
      expect(!odd, `${id}: ${label} draws what is no number`);
      if (state === "true") {
        const shown = figure.locator(`.wide [data-panel] [data-series=${JSON.stringify(label)}] *`);
        expect(!(await shown.first().isVisible()), `${id}: ${label} still shows`);
      }
      await button.click();
    }
  }
}

/** The links of a figure lead to its files, and what these hold is what the page shows. A click is not tried: between
 * files, Chromium opens what it saves from a server. */
async function downloads(page, figure, folder, expect) {
  for (const link of await figure.locator(".files a").all()) {
    const href = await link.getAttribute("href");
    expect((await link.getAttribute("download")) !== null, `${href} opens in the page`);
    const saved = readFileSync(fileURLToPath(await link.evaluate((a) => a.href)));
    if (href.endsWith(".png")) {
      const size = [saved.readUInt32BE(16), saved.readUInt32BE(20)];
      const svg = readFileSync(resolve(folder, href.replace(/png$/, "svg")), "utf8");
      const drawn = ["width", "height"].map((side) => 2 * Number(svg.match(`${side}="([0-9]+)"`)[1]));
      expect(size.join() === drawn.join(), `${href} is ${size.join("×")}, twice the SVG is ${drawn.join("×")}`);
    }
    if (href.endsWith(".svg")) {
      const shown = await figure.locator(".wide > svg").evaluate((svg) => svg.outerHTML);
      const same = await page.evaluate(([saved, shown]) => {
        // What is in the panels: the file also has the caption.
        const paths = (text) => [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-panel] *")];
        const drawn = (text) => paths(text).map((e) => e.getAttribute("points") ?? e.textContent).join("|");
        return drawn(saved) === drawn(shown);
      }, [saved.toString(), shown]);
      expect(same, `${href} is not the figure of the page`);
    }
    if (href.endsWith(".csv")) await isData(figure, saved.toString(), href, expect);
  }
}

/** Every point of the page's data is a row of the CSV. */
async function isData(figure, csv, href, expect) {
  const { panels } = JSON.parse(await figure.locator("script").textContent());
  // The page has six significant digits.
  const key = (numbers) => numbers.map((v) => (v === null ? "" : Number(v).toExponential(5))).join();
  const columns = { line: [5, 6], band: [5, 7, 8], points: [5, 6], histogram: [7, 8, 6] };
  const rows = new Set();
  for (const row of parse(csv).slice(1)) {
    const kind = row[3];
    const numbers = (columns[kind] ?? []).map((k) => (row[k] === "NaN" || row[k] === "" ? null : Number(row[k])));
    rows.add([row[0], row[2], kind, key(numbers)].join());
  }
  let [missing, count] = [0, 0];
  panels.forEach((panel, k) => {
    for (const { kind, series, points } of panel?.marks ?? []) {
      if (!columns[kind]) continue;
      for (const point of points) {
        count += 1;
        if (!rows.has([k + 1, series, kind, key(point.slice(0, columns[kind].length))].join())) missing += 1;
      }
    }
  });
  expect(missing === 0, `${missing} of ${count} points are not in ${href}`);
}

/** The cells of a CSV file. */
function parse(csv) {
  return csv.trim().split("\n").map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, -1).map((m) => m[1].replace(/^"|"$/g, "").replaceAll('""', '"')));
}

/** What the first stop of a figure says is in its CSV, and where the run measured it, in metrics.csv. */
async function isMeasured(figure, folder, id, expect) {
  const values = await figure.locator(".wide .tip b").allTextContents();
  const csv = readFileSync(resolve(folder, `data/${id}.csv`), "utf8");
  const numbers = csv.split(/[\n,]/).map(Number).filter(Number.isFinite);
  const read = (value) => Number(value.split(" (")[0].replaceAll("−", "-").match(/[-\d.e]+$/)?.[0]);
  for (const value of values) {
    const number = read(value);
    const near = (other) => Math.abs(other - number) <= 6e-4 * Math.abs(number);
    expect(numbers.some(near), `${id}: ${value} is not in its CSV`);
  }
  if (book || !id.startsWith("sec6_3")) return;
  // One seed: the curves are what was measured.
  const metrics = readFileSync(resolve(folder, "metrics.csv"), "utf8");
  const measured = metrics.split("\n").filter((row) => row.includes("train_accuracy")).map((row) => Number(row.split(",")[5]));
  const value = read(values[0]);
  expect(measured.some((other) => Math.abs(other - value) < 1e-3 * value), `${id}: ${value} is not in metrics.csv`);
}

async function sortTables(page, expect) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  for (const table of await page.locator("table").all()) {
    const head = table.locator("th").first();
    await head.locator("button").click();
    expect((await head.getAttribute("aria-sort")) === "ascending", "a table does not say that it is sorted");
    const cells = (await table.locator("tbody td:first-child").allTextContents()).map((cell) => cell.replace("−", "-"));
    const numbers = cells.map(parseFloat).filter((v) => !Number.isNaN(v));
    expect(numbers.every((v, k) => k === 0 || v >= numbers[k - 1]), `a table is not sorted: ${cells}`);
  }
}

/** On a dark page no figure has a white ground or dark texts. */
async function isDark(page, expect) {
  const found = await page.evaluate(() => {
    const light = (color) => Math.max(...color.match(/\d+/g).map(Number).slice(0, 3));
    const problems = [];
    for (const svg of document.querySelectorAll("figure .wide > svg")) {
      const ground = getComputedStyle(svg.querySelector("rect")).fill;
      if (light(ground) > 60) problems.push(`the ground of a figure is ${ground}`);
      const texts = [...svg.querySelectorAll("text")].map((text) => getComputedStyle(text).fill);
      const dim = texts.find((fill) => light(fill) < 120);
      if (dim) problems.push(`a text of a figure is ${dim}`);
    }
    return problems;
  });
  found.forEach((problem) => expect(false, problem));
}

async function isPrinted(page, expect) {
  const controls = book ? ".controls, .files" : ".controls, nav, .copy, .more";
  const shown = await page.evaluate((controls) => {
    dispatchEvent(new Event("beforeprint"));
    const visible = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility()).length;
    return { closed: document.querySelectorAll("details:not([open])").length, controls: visible(controls) };
  }, controls);
  expect(shown.closed === 0, `${shown.closed} details are closed on paper`);
  expect(shown.controls === 0, `${shown.controls} controls are on paper`);
}

async function isAccessible(page, expect) {
  await page.addScriptTag({ path: axe });
  // mdBook's own elements are mdBook's.
  const what = book ? "figure" : "html";
  // Without asking for style sheets, which a page from a file may not.
  const settings = { resultTypes: ["violations"], preload: false };
  const { violations } = await page.evaluate(([what, settings]) => window.axe.run(what, settings), [what, settings]);
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  for (const { id, impact, nodes } of grave) {
    expect(false, `axe: ${impact} ${id}, ${nodes.length} times: ${nodes[0].html.slice(0, 160)}`);
  }
}
