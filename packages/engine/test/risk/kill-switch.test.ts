import { expect, it } from 'vitest';
import { recordedSwitch } from './risk-parts.js';

it('only ever closes further, and keeps the first trigger of each state', () => {
  const { killSwitch, changes } = recordedSwitch();
  killSwitch.reduce('stale', 'breaker');
  killSwitch.reduce('slow', 'breaker');
  killSwitch.trip('loss', 'breaker');
  killSwitch.trip('operator', 'cli');
  killSwitch.reduce('late', 'http');
  expect(changes).toEqual(['ACTIVE→REDUCING stale (breaker)', 'REDUCING→HALTED loss (breaker)']);
  expect(killSwitch.cause).toMatchObject({ trigger: 'loss', source: 'breaker' });
  expect(killSwitch.check()).toMatchObject({
    reason: 'RISK_STATE_INVALID',
    details: { state: 'HALTED', trigger: 'loss' },
  });
});

it('lets unwinding alone through while it reduces, and nothing once it has halted', () => {
  const { killSwitch } = recordedSwitch();
  const allowed = () => (['trade', 'setup', 'swap', 'unwind'] as const).filter((purpose) => killSwitch.allows(purpose));
  expect(allowed()).toEqual(['trade', 'setup', 'swap', 'unwind']);
  killSwitch.reduce('stale');
  expect(allowed()).toEqual(['unwind']);
  killSwitch.trip('loss');
  expect(allowed()).toEqual([]);
});

it('is closed before it tells anybody, tells in order, and goes on past a listener that throws', () => {
  const { killSwitch, faults } = recordedSwitch();
  const told: string[] = [];
  killSwitch.on(() => {
    told.push(`gate while ${killSwitch.state}`);
    throw new Error('no gate');
  });
  killSwitch.on(() => told.push('journal'));
  killSwitch.trip('operator', 'signal');
  expect(told).toEqual(['gate while HALTED', 'journal']);
  expect(faults).toEqual([new Error('no gate')]);
});
