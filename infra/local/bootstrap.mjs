// Runs before everything else, on whatever Node ≥ 18 the machine has, with nothing installed: hence
// plain JavaScript and built-in modules only.
//
//   node infra/local/bootstrap.mjs [--production]
//
// Installs exactly what package-lock.json says, unless it is installed already, and makes sure that
// the `node` of the npm script that follows is version 24. It comes from the lockfile as an optional
// package for the platform; npm puts node_modules/.bin first on the PATH of every script.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = join(root, "node_modules");
const stampFile = join(modules, ".bootstrap-stamp.json");
const level = process.argv.includes("--production") ? "production" : "all";
const scriptPath = `${join(modules, ".bin")}${delimiter}${process.env.PATH ?? ""}`;

const packageLock = readFileSync(join(root, "package-lock.json"), "utf8");
const lock = createHash("sha256").update(packageLock).digest("hex");
const platform = `${process.platform}-${process.arch}`;

refuseWithoutNode({ beforeInstall: true });
install();
refuseWithoutNode({ beforeInstall: false });

function install() {
  const stamp = readJson(stampFile);
  const current = stamp?.lock === lock && stamp.platform === platform;
  if (current && (stamp.level === "all" || stamp.level === level)) return;
  if (installedByHand()) return writeStamp();

  // Without its stamp an installation counts as torn, so one cut off here is repaired by the next run.
  rmSync(stampFile, { force: true });
  process.stderr.write("Installing the dependencies that package-lock.json names …\n");
  // What a production install holds stays in place when the rest is added: a hub that runs from this
  // folder keeps its files. Anything else starts afresh.
  const command = current ? ["install", "--no-save"] : ["ci"];
  const scope = level === "all" ? ["--include=dev"] : ["--omit=dev"];
  // Node 24, the database and the bundler's bindings are optional packages; none needs its scripts.
  const options = ["--include=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
  // Under an older Node npm warns of engines that the scripts, run by Node 24, do satisfy.
  const status = npm([...command, ...scope, ...options, "--loglevel=error"]);
  if (status !== 0) fail("The dependencies could not be installed: see npm's message above.");
  writeStamp();
}

/** npm by the Node that runs it, never by the one in node_modules: `npm ci` deletes that one. */
function npm(args) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  const known = cli !== undefined && node !== undefined && /npm-cli\.[cm]?js$/.test(cli);
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  if (known && existsSync(node)) return spawnSync(node, [cli, ...args], options).status;
  return spawnSync("npm", args, { ...options, shell: process.platform === "win32" }).status;
}

/** Whether somebody's own `npm install` or `npm ci` left what the lockfile says, for this level. */
function installedByHand() {
  // npm writes this file at the end, so it is missing after an installation that was cut off.
  const present = readJson(join(modules, ".package-lock.json"))?.packages;
  if (present === undefined) return false;
  return Object.entries(JSON.parse(packageLock).packages).every(([path, wanted]) => {
    if (path === "" || (level === "production" && (wanted.dev || wanted.devOptional))) return true;
    // Optional without a platform of its own: a dependency of one that has, and comes or stays away
    // with it.
    if (wanted.optional && (wanted.os === undefined || !fits(wanted))) return true;
    return present[path]?.version === wanted.version && existsSync(join(root, path));
  });
}

function fits({ os, cpu, libc }) {
  return allows(os, process.platform) && allows(cpu, process.arch) && allows(libc, libcOf());
}

function allows(list, value) {
  return list === undefined || list.includes(value);
}

function libcOf() {
  return process.report?.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

function writeStamp() {
  writeFileSync(stampFile, `${JSON.stringify({ lock, platform, level })}\n`);
}

function refuseWithoutNode({ beforeInstall }) {
  const name = `node-${process.platform.replace("win32", "win")}-${process.arch}`;
  const carried = JSON.parse(packageLock).packages[`node_modules/${name}`] !== undefined;
  if (beforeInstall && carried) return;
  const env = { ...process.env, PATH: scriptPath };
  const shell = process.platform === "win32";
  const found = spawnSync("node", ["--version"], { cwd: root, env, shell, encoding: "utf8" });
  const version = /^v(\d+)\./.exec(found.stdout ?? "");
  if (version !== null && Number(version[1]) >= nodeMajorMin) return;
  fail(
    carried
      ? `Node ${nodeMajorMin} is among the dependencies but "node" is ${found.stdout?.trim() || "missing"}: delete node_modules and run the same command again.`
      : `No package brings Node ${nodeMajorMin} to ${platform}: install Node ${nodeMajorMin} (nodejs.org, or "brew install node@${nodeMajorMin}" on macOS), put it first on PATH and run the same command again.`,
  );
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Absent or half-written: the same as never installed.
    return undefined;
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
