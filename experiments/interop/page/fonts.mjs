// node fonts.mjs RESULTS WORK NANUMSQUARE DEJAVU: opens RESULTS/*/index.html on systems that have only these fonts, given as
// files; see run.sh.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [results, work, nanum, dejavu] = process.argv.slice(2);
// NanumSquare's ⁻ draws nothing, and it has no −. DejaVu Sans has no Hangul, which the page has to bring, and is wider
// than the fonts that figures are laid out for.
const systems = { "NanumSquare and DejaVu": [nanum, dejavu], NanumSquare: [nanum], DejaVu: [dejavu] };

/** A configuration of fontconfig that knows `fonts` and no other. */
function configuration(name, fonts) {
  const folder = resolve(work, name);
  mkdirSync(folder, { recursive: true });
  const globs = fonts.map((font) => `<glob>${font}</glob>`).join("");
  const dirs = fonts.map((font) => `<dir>${resolve(font, "..")}</dir>`).join("");
  writeFileSync(
    `${folder}/fonts.conf`,
    `<fontconfig>${dirs}<cachedir>${folder}</cachedir><selectfont><rejectfont><glob>*</glob></rejectfont>` +
      `<acceptfont>${globs}</acceptfont></selectfont></fontconfig>`,
  );
  return `${folder}/fonts.conf`;
}

/** What is wrong with the texts of a page; runs in the browser. */
async function examine() {
  document.querySelectorAll(".more").forEach((button) => button.click());
  await document.fonts.ready;
  const problems = new Set();
  const context = new OffscreenCanvas(64, 64).getContext("2d", { willReadFrequently: true });
  const drawn = (text, family) => {
    context.clearRect(0, 0, 64, 64);
    context.font = `32px ${family}`;
    context.fillText(text, 16, 44);
    return context.getImageData(0, 0, 64, 64).data.filter((_, k) => k % 4 === 3).join();
  };
  const nothing = drawn(" ", "serif");

  // Every character is drawn, and not as the box that stands for one that no font has.
  const seen = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    // Systems without a − have no mathematical font either.
    if (parent.closest("title, desc, style, script, template, math")) continue;
    const family = getComputedStyle(parent).fontFamily;
    for (const c of texts.currentNode.data.replace(/\s/g, "")) {
      if (seen.has(c + family)) continue;
      seen.add(c + family);
      const ink = drawn(c, family);
      if (ink === nothing) problems.add(`${c} is drawn as nothing`);
      if (ink === drawn("\u{10FFFE}", family)) problems.add(`${c} is in no font`);
    }
  }

  let exponents = 0;
  for (const svg of document.querySelectorAll(".wide > svg, .narrow > svg")) {
    if (!svg.checkVisibility()) continue;
    const frame = svg.getBoundingClientRect();
    const placed = [];
    for (const text of svg.querySelectorAll("text")) {
      const words = text.textContent;
      const size = parseFloat(getComputedStyle(text).fontSize);
      for (const span of text.querySelectorAll("tspan")) {
        const minus = span.textContent.indexOf("–");
        if (minus < 0) continue;
        exponents += 1;
        const width = span.getSubStringLength(minus, 1) / parseFloat(getComputedStyle(span).fontSize);
        if (!(width > 0.3)) problems.add(`the minus of “${words}” is ${width} em wide`);
      }
      // Boxes reach from the ascent to the descent of the font; capitals are about half as high.
      const box = text.getBBox();
      const middle = box.y + box.height / 2;
      const corners = [
        new DOMPoint(box.x, middle - 0.3 * size),
        new DOMPoint(box.x + box.width, middle + 0.3 * size),
      ].map((corner) => corner.matrixTransform(text.getScreenCTM()));
      const [left, right] = corners.map((corner) => corner.x).sort((a, b) => a - b);
      const [top, bottom] = corners.map((corner) => corner.y).sort((a, b) => a - b);
      if (left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1) {
        problems.add(`“${words}” runs out of its figure`);
      }
      for (const other of placed) {
        const across = Math.min(right, other.right) - Math.max(left, other.left);
        const down = Math.min(bottom, other.bottom) - Math.max(top, other.top);
        if (across > 1 && down > 1) problems.add(`“${other.words}” and “${words}” overlap`);
      }
      placed.push({ words, left, right, top, bottom });
    }
  }
  return { exponents, characters: seen.size, problems: [...problems] };
}

let failures = 0;
for (const [name, fonts] of Object.entries(systems)) {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    env: { ...process.env, FONTCONFIG_FILE: configuration(name, fonts) },
  });
  let exponents = 0;
  for (const width of [1200, 390]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    for (const section of readdirSync(results)) {
      await page.goto(pathToFileURL(resolve(results, section, "index.html")).href);
      const found = await page.evaluate(examine);
      exponents += found.exponents;
      const text = found.problems.length ? found.problems.join("; ") : "ok";
      console.log(
        `${section} ${width} wide with ${name}: ${found.characters} characters, ` +
          `${found.exponents} negative exponents, ${text}`,
      );
      failures += found.problems.length;
    }
  }
  if (exponents === 0) throw new Error("no figure has a negative exponent: nothing was checked");
  await browser.close();
}
console.log(failures ? `${failures} problems` : "no problems");
process.exit(failures ? 1 : 0);
