// node check.mjs LAB WORK SCREENSHOTS: uses the page LAB as a student would; see run.sh. WORK has the native results and
// the digits as files.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import puppeteer from "puppeteer-core";

const [lab, work, shots] = process.argv.slice(2);
const url = pathToFileURL(resolve(lab)).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
mkdirSync(shots, { recursive: true });
// Of work, in milliseconds: a task also takes long in wall time if other programs keep it waiting.
const LONGEST_TASK = 50;
const MOST_MEMORY = 200e6;

// How far a number may be from the native one, by experiment and metric, and how many may be farther. Rounding differs
// in the last digit of f32 and grows while networks train; an accuracy then moves by an image or a few.
const EXACT = { limit: 0, mean: 0 };
const AGREE = {
  ravine: { limit: 1e-12, mean: 1e-12 },
  // The first steps of AdaGrad and momentum are long, and a last digit grows fastest there.
  race: { limit: 0.1, mean: 0.005 },
  starts: { limit: 0.02, mean: 0.001 },
  activations: { limit: 1e-5, mean: 1e-6 },
  symmetry: EXACT,
  // At small scales with batch normalisation, a last digit decides in which epoch a network begins to learn.
  scales: { limit: 0.35, mean: 0.006 },
  overfit: { limit: 0.03, mean: 0.003 },
  regularise: { limit: 0.05, mean: 0.005 },
  search: { limit: 0.05, mean: 0.002 },
};

const BROWSERS = {
  chromium: { browser: "chrome", executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] },
  firefox: { browser: "firefox", executablePath: "/usr/bin/firefox-esr" },
};

// On a machine that is busy with other things, wall time says nothing.
const quiet = () => loadavg()[0] <= availableParallelism();
let failures = 0;
const say = (what, problems) => {
  console.log(`${what}: ${problems.length ? problems.join("; ") : "ok"}`);
  failures += problems.length;
};

for (const [name, options] of Object.entries(BROWSERS)) {
  const browser = await puppeteer.launch({ headless: true, protocolTimeout: 3_600_000, ...options });
  let most = 0;
  const check = async (what, hash, use, { width = 1200, height = 1000, media, seen = false, before = () => {} } = {}) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    const problems = [];
    const expect = (condition, problem) => condition || problems.push(problem);
    page.on("console", message => message.type() === "error" && problems.push(`console: ${message.text()}`));
    page.on("pageerror", error => problems.push(`script: ${error}`));
    page.on("request", request => /^(https?|ws):/.test(request.url()) && problems.push(`request: ${request.url()}`));
    await page.setViewport({ width, height });
    if (media) await page.emulateMediaFeatures(media);
    // Files that the page makes are kept where the check can read them.
    await page.evaluateOnNewDocument(() => {
      globalThis.saved = [];
      const make = URL.createObjectURL;
      URL.createObjectURL = blob => {
        if (blob.type !== "text/javascript") saved.push(blob.text());
        return make.call(URL, blob);
      };
      HTMLAnchorElement.prototype.click = function () {};
      // How late a timer comes at most.
      globalThis.gap = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        globalThis.gap = Math.max(globalThis.gap, now - last - 10);
        last = now;
      }, 10);
    });
    await page.evaluateOnNewDocument(before);
    const wasQuiet = quiet();
    // axe-core and screenshots block it themselves.
    const traced = name === "chromium" && !seen;
    if (traced) await page.tracing.start({ categories: ["toplevel", "devtools.timeline"] });
    try {
      await page.goto(`${url}#${hash}`);
      await use(page, expect);
      if (traced) {
        const longest = longestTask(await page.tracing.stop());
        expect(longest <= LONGEST_TASK, `main thread blocked for ${longest.toFixed(0)} ms`);
        console.log(`  longest task ${longest.toFixed(0)} ms of work`);
      } else if (!seen) {
        const gap = await page.evaluate(() => globalThis.gap);
        expect(gap <= LONGEST_TASK || !wasQuiet, `main thread late by ${gap.toFixed(0)} ms`);
        console.log(`  timers late by up to ${gap.toFixed(0)} ms`);
      }
      let memory = await page.evaluate(() => labMemory());
      if (name === "chromium") memory += (await page.metrics()).JSHeapUsedSize;
      expect(memory < MOST_MEMORY, `${Math.round(memory / 1e6)} MB`);
      most = Math.max(most, memory);
    } catch (error) {
      problems.push(error.message);
      await page.screenshot({ path: `${shots}/failed-${name}-${what.replaceAll(" ", "-")}.png`, fullPage: true });
    }
    say(`${name}, ${what}`, problems);
    await page.close();
  };

  await check("opens at once", "", async (page, expect) => {
    await reveal(page, "ravine");
    await page.waitForSelector("#ravine svg");
    const [opened, load] = await page.evaluate(() => [performance.now(), performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd]);
    console.log(`  ready after ${Math.round(load)} ms, first picture after ${Math.round(opened)} ms`);
    if (quiet()) expect(opened < 1000, `first picture after ${Math.round(opened)} ms`);
  });

  // Every experiment to its end, and its numbers beside the native ones.
  const experiments = [
    ["6.1", "ravine", "", "sec6_1_paths"],
    ["6.1", "race", "&race.updates=200", "sec6_1_mnist"],
    ["6.2", "activations", "", "sec6_2_activations"],
    ["6.2", "symmetry", "", "sec6_2_symmetry"],
    ["6.2", "starts", "&starts.updates=200", "sec6_2_mnist"],
    ["6.3", "scales", "&seeds=3", "sec6_3_scales"],
    ["6.4", "overfit", "", "sec6_4_overfit"],
    ["6.4", "regularise", "", "sec6_4_comparison"],
    ["6.5", "search", "&search.trials=20", "sec6_5_scatter"],
  ];
  for (const [section, id, hash, figure] of experiments) {
    await check(`numbers of ${id}`, `section=${section}${hash}`, async (page, expect) => {
      await reveal(page, id);
      await trainToTheEnd(page, id);
      if (id === "activations") await page.click(`#${id} [data-preset="xavier"]`);
      // The question of 6.5 is about a hundred trials.
      expect(id === "search" || (await text(page, `#${id} .answer`)), "no answer");
      expect((await text(page, `#${id} .see`)).length > 20, "nothing is said of the result");
      const problem = compare(id, await csv(page, figure));
      expect(!problem, problem);
      expect(/^cargo run -p experiments --bin sec6_/.test(await text(page, `#${id} pre`)), "no native command");
    });
  }

  await check("without SIMD", "section=6.2&starts.updates=100", async (page, expect) => {
    for (const [id, figure] of [["symmetry", "sec6_2_symmetry"], ["starts", "sec6_2_mnist"]]) {
      await reveal(page, id);
      await trainToTheEnd(page, id);
      const problem = compare(id, await csv(page, figure));
      expect(!problem, problem);
    }
  }, { before: () => {
    WebAssembly.validate = () => false;
    addEventListener("DOMContentLoaded", () => document.getElementById("simd").remove());
  } });

  await check("pause, step, go on, restart", "section=6.3&seeds=2", async (page, expect) => {
    await reveal(page, "scale");
    const button = label => page.evaluate(label => [...document.querySelectorAll("#scale .transport button")].find(one => one.textContent.includes(label)).click(), label);
    const epochs = async () => (await csv(page, "sec6_3_opening")).length - 1;
    await page.select("#speed", "100");
    await button("step");
    await settled(page, epochs, 2);
    expect((await epochs()) === 2, `a step trains ${await epochs()} epochs of two networks`);
    await button("step");
    await settled(page, epochs, 4);
    await button("go on");
    await page.waitForFunction(() => document.querySelector("#scale .status").textContent.includes("epoch 5"));
    await button("pause");
    const before = await settled(page, epochs);
    await new Promise(done => setTimeout(done, 500));
    expect((await epochs()) === before, "it trains while it is paused");
    await page.select("#speed", "0");
    await button("start again");
    await done(page, "scale");
    expect((await epochs()) === 80, `${await epochs()} epochs of two networks and seeds`);
    await page.waitForFunction(() => document.querySelectorAll("#sec6_3_opening path[fill-opacity]").length === 4);
  });

  await check("controls of 6.1", "section=6.1", async (page, expect) => {
    await reveal(page, "ravine");
    await page.waitForSelector("#ravine .handle");
    const ends = () => text(page, "#ravine .see");
    for (const slider of await page.$$("#ravine input[type=range]")) {
      const before = await ends();
      await slider.focus();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await page.waitForFunction(before => document.querySelector("#ravine .see").textContent !== before, {}, before);
    }
    expect((await page.evaluate(() => location.hash)).includes("ravine.adam="), "the address has no learning rate");
    expect((await text(page, "#ravine .native")).includes("page’s alone"), "a native command for settings that it has not");
    await press(page, "ravine", "the book's settings");
    await page.waitForFunction(() => document.querySelector("#ravine .see").textContent.includes("AdaGrad 0.0009"));
    const place = await page.$eval("#ravine .handle", one => { one.scrollIntoView({ block: "center" }); const { x, y, width, height } = one.getBoundingClientRect(); return [x + width / 2, y + height / 2]; });
    await page.mouse.move(...place);
    await page.mouse.down();
    await page.mouse.move(place[0] + 60, place[1] + 20, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(() => location.hash.includes("ravine.x=") && location.hash.includes("ravine.y="));
    await press(page, "ravine", "to the start");
    await press(page, "ravine", "step");
    await page.waitForFunction(() => document.querySelectorAll("#sec6_1_paths g[fill='#009E73'] circle").length === 2);
    await press(page, "ravine", "play");
    await page.waitForFunction(() => document.querySelectorAll("#sec6_1_paths g[fill='#009E73'] circle").length === 30);
    await press(page, "ravine", "SVG");
    const svg = await page.evaluate(() => saved.at(-1));
    expect(svg.startsWith("<svg xmlns=") && svg.includes("#D55E00"), "the SVG is none");
    await press(page, "ravine", "copy");
    await page.waitForFunction(() => /copied/.test(document.querySelector("#ravine .native").textContent) || String(getSelection()).startsWith("cargo run"));
    await reveal(page, "race");
    await page.select("[id='race.lr']", "0.1");
    await page.waitForFunction(() => document.querySelector("#race pre").textContent.includes("--lr 0.1"));
  });

  await check("controls of 6.2", "section=6.2", async (page, expect) => {
    await reveal(page, "activations");
    for (const preset of ["1", "0.01", "he", "xavier"]) await page.click(`#activations [data-preset="${preset}"]`);
    await page.waitForFunction(() => document.querySelector("#activations .see")?.textContent.includes("ReLU 0.586"));
    await page.focus("#activations input");
    await page.keyboard.press("End");
    await page.waitForFunction(() => document.querySelector("#sec6_2_activations").textContent.includes("std 3"));
    expect(await text(page, "#activations .native p"), "a scale of the slider has a native command");
  });

  await check("two experiments at a time", "section=6.2&starts.updates=100", async (page, expect) => {
    for (const id of ["symmetry", "starts"]) {
      await reveal(page, id);
      await page.click(`#${id} .transport .main`);
    }
    for (const [id, figure] of [["symmetry", "sec6_2_symmetry"], ["starts", "sec6_2_mnist"]]) {
      await done(page, id);
      const problem = compare(id, await csv(page, figure));
      expect(!problem, problem);
    }
  });

  await check("controls of 6.3", "section=6.3&scale.scale=5&lang=en", async (page, expect) => {
    await reveal(page, "scale");
    expect((await text(page, "#scale output")) === "0.0858", "a link does not set the scale");
    await page.focus("#scale input");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await trainToTheEnd(page, "scale");
    expect((await text(page, "#scale .see")).startsWith("At W 0.293"), await text(page, "#scale .see"));
    for (const [field, keys] of [["seed", "7"], ["seeds", "2"]]) {
      await page.$eval(`#${field}`, one => one.select());
      await page.keyboard.type(keys);
      await page.keyboard.press("Enter");
    }
    await page.waitForFunction(() => location.hash.includes("seed=7") && location.hash.includes("seeds=2"));
    await reveal(page, "scale");
    await page.waitForFunction(() => document.querySelector("#sec6_3_opening").textContent.includes("seeds 7–8"));
  });

  await check("controls of 6.4, while it trains", "section=6.4&speed=100", async (page, expect) => {
    await reveal(page, "overfit");
    await press(page, "overfit", "▶ train");
    await page.waitForFunction(() => document.querySelector("#overfit .status").textContent.includes("epoch 3"));
    for (const slider of await page.$$("#overfit input[type=range]")) {
      await slider.focus();
      await page.keyboard.press("ArrowRight");
    }
    await page.select("#speed", "0");
    await done(page, "overfit");
    expect((await page.$eval("#sec6_4_overfit", one => one.textContent)).includes("λ 0.01, dropout 0.05"), "the turn is not marked");
    expect((await text(page, "#overfit .native p")).includes("turned"), "a native command for a turned run");
    await press(page, "overfit", "start again");
    await page.waitForFunction(() => document.querySelector("#sec6_4_overfit").textContent.includes("the run before"));
  });

  await check("controls of 6.5", "section=6.5&search.trials=20", async (page, expect) => {
    await reveal(page, "search");
    await page.waitForSelector("#sec6_5_scatter svg");
    const box = await page.$eval("#sec6_5_scatter svg", one => { one.scrollIntoView({ block: "center" }); const { x, y, width, height } = one.getBoundingClientRect(); return { x, y, width, height }; });
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 0.4 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.7 * box.height, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => document.querySelector("#search pre").textContent.includes("--space lr=log:"));
    await press(page, "search", "the notebook's range");
    await page.waitForFunction(() => !document.querySelector("#search pre").textContent.includes("--space"));
    await press(page, "search", "up to 1");
    await page.waitForFunction(() => document.querySelector("#search pre").textContent.includes("--space lr=log:0.0001:1 --space weight_decay=log:1e-8:0.1"));
    await trainToTheEnd(page, "search");
    expect((await page.$$("#sec6_5_best rect[stroke]")).length === 20, "not twenty best trials");
    expect((await text(page, "#search .see")).startsWith("The best 5 of 20 trials lie at"), await text(page, "#search .see"));
    await press(page, "search", "narrow to the best six");
    await page.waitForFunction(() => !document.querySelector("#search pre").textContent.includes("lr=log:0.0001:1 "));
    await trainToTheEnd(page, "search");
    expect((await page.$$("#search .rounds li")).length === 2, "not two searches so far");
  });

  await check("keyboard only", "section=6.1&search.trials=20", async (page, expect) => {
    const tabTo = async (selector, back) => {
      for (let tries = 0; tries < 60; tries++) {
        if (back) await page.keyboard.down("Shift");
        await page.keyboard.press("Tab");
        if (back) await page.keyboard.up("Shift");
        const [there, seen] = await page.evaluate(selector => [document.activeElement.matches(selector), parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2], selector);
        expect(seen, "the focus is not seen");
        if (there) return;
      }
      throw new Error(`Tab does not reach ${selector}`);
    };
    await tabTo("nav a[href*='6.5']");
    await page.keyboard.press("Enter");
    await tabTo("#search .choices button");
    await page.keyboard.press("Enter");
    await tabTo("[id='search.lr.0']", true);
    await page.keyboard.press("End");
    for (let k = 0; k < 20; k++) await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => document.querySelector("#search pre").textContent.includes("--space lr=log:0.01:"));
    await tabTo("#search .transport .main");
    await page.keyboard.press(" ");
    await done(page, "search");
    await tabTo("#sec6_5_scatter .files button");
    await page.keyboard.press("Enter");
    expect((await page.evaluate(() => saved.at(-1))).startsWith("<svg"), "no SVG");
  });

  await check("digits of UCI", "section=6.4&data=uci", async (page, expect) => {
    await reveal(page, "overfit");
    await trainToTheEnd(page, "overfit");
    expect((await text(page, "#sec6_4_overfit")).includes("64-100×6-10"), "not 64 inputs");
    const last = Number((await csv(page, "sec6_4_overfit")).at(-1)[5]);
    expect(last > 0.5 && last < 1, `test accuracy ${last}`);
    expect((await text(page, "#overfit .native p")).includes("does not have"), "a native command for digits that it has not");
    await page.evaluate(() => (document.querySelector(".data").open = true));
    await page.waitForSelector(".digits canvas[width='8']");
    expect((await text(page, ".data")).includes("CC BY 4.0"), "the licence is not said");
    await page.evaluate(() => document.querySelector(".data button").click());
    await page.waitForFunction(() => document.querySelector(".data summary").textContent.includes("built-in"));
    expect(!(await page.evaluate(() => location.hash)).includes("data="), "the usual data is in the address");
  });

  await check("own files", "section=6.3", async (page, expect) => {
    const take = async (folder, files) => {
      await page.evaluate(() => (document.querySelector(".data").open = true));
      const input = await page.$("#files");
      await input.uploadFile(...files.map(file => join(folder, file)));
      await page.waitForFunction(() => !/…$/.test(document.querySelector(".drop [role=status]")?.textContent ?? "…"), { timeout: 120_000 });
    };
    const status = () => text(page, ".drop [role=status]");
    const digits = join(work, "digits");
    const all = readdirSync(digits).sort();
    await take(digits, all.slice(0, 2));
    await page.waitForFunction(() => document.querySelector(".drop .wrong"));
    expect((await status()).startsWith("missing: "), await status());
    await take(digits, all);
    await page.waitForFunction(() => document.querySelector(".data summary").textContent.includes("custom data"), { timeout: 120_000 });
    await page.waitForSelector(".digits canvas");
    await reveal(page, "scale");
    await trainToTheEnd(page, "scale");
    expect((await text(page, "#scale pre")).includes("--dataset custom"), "the native command has other data");
    if (process.env.MNIST_DIR) {
      const files = readdirSync(process.env.MNIST_DIR).filter(file => /ubyte(\.gz)?$/.test(file));
      await take(process.env.MNIST_DIR, files);
      await page.waitForFunction(() => document.querySelector(".data summary").textContent.includes(": MNIST"), { timeout: 120_000 });
      // One label changed.
      const changed = join(work, "changed");
      cpSync(process.env.MNIST_DIR, changed, { recursive: true });
      const labels = files.find(file => file.startsWith("t10k-labels"));
      const bytes = readFileSync(join(changed, labels));
      const plain = labels.endsWith(".gz") ? gunzipSync(bytes) : bytes;
      plain[plain.length - 1] ^= 1;
      writeFileSync(join(changed, labels), plain);
      await take(changed, files);
      await page.waitForFunction(() => document.querySelector(".drop .wrong"));
      expect((await status()).startsWith(`${labels} has not the SHA-256 that MNIST published`), await status());
    }
  });

  // Seen, and read by axe-core.
  const views = name === "chromium"
    ? [["light", "en", 1200], ["dark", "en", 1200, "dark"], ["phone", "en", 390], ["phone-dark-ko", "ko", 390, "dark"], ["korean", "ko", 1200]]
    : [["light", "en", 1200], ["phone-ko", "ko", 390]];
  for (const [view, language, width, scheme = "light"] of views) {
    const media = name === "chromium" ? [{ name: "prefers-color-scheme", value: scheme }, { name: "prefers-reduced-motion", value: "reduce" }] : undefined;
    for (const section of ["6.1", "6.2", "6.3", "6.4", "6.5"]) {
      await check(`${section} ${view}`, `section=${section}&lang=${language}&race.updates=100&starts.updates=100&search.trials=20`, async (page, expect) => {
        for (const id of await page.$$eval("article", all => all.map(one => one.id))) {
          await reveal(page, id);
          if (view === "light" || view === "phone-dark-ko") if (id !== "scales") await trainToTheEnd(page, id);
        }
        await page.evaluate(() => document.querySelectorAll("details").forEach(one => (one.open = true)));
        await new Promise(done => setTimeout(done, 400));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide <= 0, `${wide} pixels wider than the screen`);
        expect(await page.evaluate(() => !document.getAnimations().length), "something moves by itself");
        if (language === "ko") {
          const english = await page.evaluate(() => document.body.innerText.split("\n").filter(line => /([A-Za-z]{3,} ){3}/.test(line) && !/[가-힣]/.test(line) && !line.startsWith("cargo")));
          expect(!english.length, `not in Korean: ${english.join(" | ")}`);
        }
        await page.screenshot({ path: `${shots}/${name}-${section}-${view}.png`, fullPage: true });
        if (width > 1000 || view === "phone") {
          await page.evaluate(axe);
          const serious = await page.evaluate(async () => (await axe.run()).violations.filter(one => /serious|critical/.test(one.impact)).map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`));
          expect(!serious.length, serious.join("; "));
        }
      }, { width, media, seen: true });
    }
  }
  if (name === "chromium") {
    await check("on paper", "section=6.4", async (page, expect) => {
      await reveal(page, "regularise");
      await trainToTheEnd(page, "regularise");
      await page.emulateMediaType("print");
      const height = selector => page.$eval(selector, one => one.getBoundingClientRect().height);
      for (const selector of ["nav", "#regularise .transport", "#regularise .files"]) expect(!(await height(selector)), `${selector} is printed`);
      for (const selector of ["#regularise svg", "#regularise .why p", "#regularise pre"]) expect((await height(selector)) > 10, `${selector} is not printed`);
      await page.screenshot({ path: `${shots}/print.png`, fullPage: true });
      await page.pdf({ path: `${shots}/print.pdf` });
    }, { width: 800, seen: true });
  }
  await browser.close();
  console.log(`${name}: at most ${Math.round(most / 1e6)} MB`);
}
console.log(failures ? `${failures} problems` : "no problems");
process.exit(failures ? 1 : 0);

function text(page, selector) {
  return page.$eval(selector, one => one.textContent);
}

/** The longest task of the page's main thread, in milliseconds of processor time. */
function longestTask(trace) {
  const { traceEvents: events } = JSON.parse(new TextDecoder().decode(trace));
  const of = one => `${one.pid} ${one.tid}`;
  // Chromium has pages of its own.
  const ours = of(events.find(one => one.name === "ParseHTML" && one.args.beginData?.url?.startsWith(url)));
  return Math.max(...events.filter(one => one.tdur && of(one) === ours).map(one => one.tdur)) / 1000;
}

/** Guesses in a lesson, by keyboard. */
async function reveal(page, id) {
  await page.focus(`#${id} .choices button`);
  await page.keyboard.press("Enter");
  await page.waitForFunction(id => !document.querySelector(`#${id} .body`).hidden, {}, id);
}

function press(page, id, label) {
  return page.evaluate((id, label) => [...document.querySelectorAll(`#${id} button`)].find(one => one.textContent.includes(label)).click(), id, label);
}

async function trainToTheEnd(page, id) {
  const trains = await page.$eval(`#${id} .transport .main`, one => /train|학습/.test(one.textContent)).catch(() => false);
  if (!trains) return page.waitForFunction(id => document.querySelector(`#${id} .see`).textContent, {}, id);
  await page.click(`#${id} .transport .main`);
  await done(page, id);
}

async function done(page, id) {
  await page.waitForFunction(id => /done|완료/.test(document.querySelector(`#${id} .status`).textContent), { timeout: 900_000, polling: 200 }, id);
  await page.waitForFunction(id => document.querySelector(`#${id} .see`).textContent, {}, id);
}

/** The rows of a figure's CSV. */
async function csv(page, figure) {
  const saved = await page.evaluate(figure => {
    [...document.querySelectorAll(`#${figure} .files button`)].find(one => one.textContent === "CSV").click();
    return globalThis.saved.at(-1);
  }, figure);
  return saved.trim().split("\n").map(line => line.split(","));
}

/** Waits until a number stays, or is the expected one. */
async function settled(page, read, expected) {
  let before;
  for (let tries = 0; tries < 50; tries++) {
    const now = await read();
    if (expected === undefined ? now === before : now === expected) return now;
    before = now;
    await new Promise(done => setTimeout(done, 500));
  }
  return before;
}

/** What is wrong with the page's numbers beside those of the native program, if anything. */
function compare(id, rows) {
  const key = row => row.slice(0, 5).join(",");
  const lines = readFileSync(join(work, "native", id, "metrics.csv"), "utf8").trim().split("\n").slice(1).map(line => line.split(","));
  const native = new Map(lines.map(row => [key(row), Number(row[5])]));
  let [count, sum, worst, at] = [0, 0, 0, ""];
  for (const row of rows.slice(1)) {
    if (!native.has(key(row))) continue;
    const difference = Math.abs(Number(row[5]) - native.get(key(row)));
    count++;
    sum += difference;
    if (!(difference <= worst)) [worst, at] = [difference, key(row)];
  }
  const { limit, mean } = AGREE[id];
  console.log(`  ${id}: ${count} numbers, largest difference ${worst.toPrecision(2)}, mean ${(sum / count).toPrecision(2)}`);
  if (count < Math.min(20, rows.length - 1)) return `only ${count} of ${rows.length - 1} numbers have a native one`;
  if (!(worst <= limit)) return `${at} differs by ${worst}`;
  if (!(sum / count <= mean)) return `a mean difference of ${sum / count}`;
}
