const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const endings = new Set<() => void>();

/**
 * Runs `end` when this process is about to go: on exit, after an uncaught error, and on a signal
 * that nobody else handles (a host that does handles it by closing the database itself). Returns
 * what takes that back.
 */
export function beforeWeGo(end: () => void): () => void {
  if (endings.size === 0) listen();
  endings.add(end);
  return () => {
    if (endings.delete(end) && endings.size === 0) stopListening();
  };
}

function listen(): void {
  process.on("exit", endAll);
  for (const signal of signals) process.on(signal, onSignal);
}

function stopListening(): void {
  process.off("exit", endAll);
  for (const signal of signals) process.off(signal, onSignal);
}

function endAll(): void {
  for (const end of endings) end();
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  stopListening();
  endAll();
  // With our listener gone the signal does what it does by default.
  process.kill(process.pid, signal);
}
