import { arch, cpus, loadavg, platform, totalmem } from "node:os";

/** What the figures below were measured on, in one line. */
export function machineLine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() || "unknown processor";
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return (
    `${processors.length} cores (${model}), ${memory}, ${platform()} ${arch()}, ` +
    `Node ${process.versions.node}, ${loadLine()}`
  );
}

/** How busy the machine is, over the last 1, 5 and 15 minutes; above its cores, everybody waits. */
export function loadLine(): string {
  const load = loadavg().map((value) => value.toFixed(2));
  return `load ${load.join(" ")}`;
}
