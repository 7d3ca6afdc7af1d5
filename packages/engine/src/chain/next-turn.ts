/** Runs a task after everything the event loop has at hand in this turn: all messages that have arrived, nothing that has not. */
export function nextTurn(task: () => void): void {
  setImmediate(task);
}
