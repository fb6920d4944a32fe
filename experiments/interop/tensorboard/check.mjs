// node check.mjs ADDRESS RUNS SCREENSHOTS: looks at a running TensorBoard in Chromium; see run.sh.
import { mkdirSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [address, runs, shots] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });

// TensorBoard loads in the background.
let loaded = 0;
for (let tries = 0; tries < 60 && loaded !== Number(runs); tries++) {
  loaded = (await (await fetch(`${address}data/runs`)).json()).length;
  await new Promise((done) => setTimeout(done, 1000));
}
console.log(`${loaded} of ${runs} runs loaded`);
if (loaded !== Number(runs)) process.exit(1);

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

// A chart is drawn if its picture has pixels in the colour of a run: the rest of a card is grey.
const blank = await browser.newPage();
const coloured = (png) =>
  blank.evaluate(async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue] = data.subarray(i, i + 3);
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > 32) count++;
    }
    return count;
  }, `data:image/png;base64,${png.toString("base64")}`);

// Of each section some runs, some tags, and how many cards of scalars and of histograms these are.
const views = [
  ["sec6_1", "sec6_1.*/mnist/adam/seed-0", "train_loss|/0.weight|/1.relu", 1, 2],
  ["sec6_2", "sec6_2.*/activations/relu/he/seed-0", "std|activations", 1, 1],
  ["sec6_3", "sec6_3.*/08/batchnorm/seed-0", "train_accuracy|/0.weight|/1.batch_norm", 1, 2],
  ["sec6_4", "sec6_4.*/dropout/dropout/seed-0", "accuracy|/0.weight", 2, 1],
  ["sec6_5", "sec6_5.*/search/.*/seed-0", "validation_accuracy|/0.weight", 1, 1],
];
let failures = 0;
for (const [section, runFilter, tagFilter, scalars, histograms] of views) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const problems = [];
  page.on("pageerror", (error) => problems.push(`script: ${error}`));
  await page.goto(`${address}?${new URLSearchParams({ runFilter, tagFilter })}#timeseries`);
  // Of many runs none is chosen at first.
  const all = page.locator("runs-data-table tb-data-table-header-cell input[type=checkbox]");
  await page.locator("runs-data-table tb-data-table-content-row").first().waitFor();
  if (!(await all.isChecked())) await all.click();
  for (const [kind, expected] of [["scalar", scalars], ["histogram", histograms]]) {
    const cards = page.locator(`metrics-main-view ${kind}-card`);
    await cards.nth(expected - 1).waitFor();
    if ((await cards.count()) !== expected) problems.push(`${await cards.count()} ${kind} cards`);
    for (const card of await cards.all()) {
      let count = 0;
      for (let tries = 0; tries < 20 && count < 300; tries++) {
        await page.waitForTimeout(500);
        count = await coloured(await card.screenshot());
      }
      if (count < 300) problems.push(`a ${kind} card shows nothing`);
    }
  }
  writeFileSync(`${shots}/${section}.png`, await page.screenshot());
  const text = problems.length ? problems.join("; ") : "ok";
  console.log(`${section}: ${scalars} scalars, ${histograms} histograms, ${text}`);
  failures += problems.length;
  await page.close();
}
await browser.close();
process.exit(failures ? 1 : 0);
