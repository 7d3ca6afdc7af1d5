// Checks the events of a run (one JSON object a line): `node scripts/check-events.mjs FILE TRADES`.
import { readFileSync } from 'node:fs';

const [file, tradesText] = process.argv.slice(2);
const events = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line));
const problems = [];
const expect = (holds, problem) => {
  if (!holds) problems.push(problem);
};
const of = (type) => events.filter((event) => event.type === type);
const [started] = of('started');
const summary = of('summary').at(-1);
const executed = of('executed');

expect(started !== undefined, 'no started event');
expect(summary !== undefined, 'no summary event');
expect(executed.length >= Number(tradesText), `${executed.length} executed, expected at least ${tradesText}`);
expect(
  summary?.executed === executed.length,
  `the summary counts ${summary?.executed} executed, the events ${executed.length}`,
);
expect(summary?.missed === of('missed').length, 'the summary and the events disagree about missed');
expect(summary?.unresolved === 0, `${summary?.unresolved} unresolved`);
expect(new Set(executed.map((event) => event.signature)).size === executed.length, 'a signature was executed twice');
for (const event of executed) {
  expect(
    event.result === `EXECUTED_${event.poolA}_${event.poolB}_PROFIT_${event.actualProfit}`,
    `${event.id}: result is ${event.result}`,
  );
}
let last = 0;
for (const event of events) {
  expect(event.seq > last, `seq ${event.seq} after ${last}`);
  last = event.seq;
}
const profit = executed.reduce((sum, event) => sum + BigInt(event.actualProfit), 0n);
console.log(
  `${executed.length} executed, ${of('missed').length} missed, success rate ${summary?.successRate}, profit ${profit}, p50 ${summary?.p50Us} us, p99 ${summary?.p99Us} us`,
);
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);
