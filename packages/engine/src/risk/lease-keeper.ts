import type { AlertThrottle } from '../journal/alert-throttle.js';
import type { Clock } from '../ports/clock.js';
import type { SigningGate } from '../ports/signing-gate.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';
import type { KillSwitch } from './kill-switch.js';

/** Times of the lease, parsed once from the configuration. */
export interface LeaseSettings {
  /** How long one renewal keeps signing open; a gate has the same in its policy. */
  readonly leaseMs: number;
  /** A lapse that lasts longer is no hiccup: it halts. */
  readonly maxLapseMs: number;
}

/** What the keeper is made of. */
export interface LeaseKeeperOptions {
  readonly clock: Clock;
  readonly settings: LeaseSettings;
  readonly killSwitch: KillSwitch;
  readonly alerts: Pick<AlertThrottle, 'raise'>;
  /** Told of each renewal; without it the keeper's own `check` is all that closes. */
  readonly gate?: SigningGate | undefined;
  /** Evaluates all breakers. */
  readonly checkBreakers: () => void;
  /** Whether anything is left that a reducing engine waits for. */
  readonly hasWorkLeft: () => boolean;
}

/** The lease for people. */
export interface LeaseStatus {
  readonly isOpen: boolean;
  readonly leftMs: number;
  /** Times that it lapsed in this run. */
  readonly lapses: number;
}

/** Renewals in one lease: three of them may fail to come before it lapses. */
const RENEWALS_PER_LEASE = 4;

/**
 * Keeps signing open while somebody watches: each tick evaluates all breakers first, and only then renews the lease. A loop that is dead
 * renews nothing, so signing ends by itself; a second loop, which shares nothing with the first but the clock, tells of it.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #everyMs: number;
  #leaseUntilMicros: number | undefined;
  #isLapsed = false;
  #lapses = 0;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#everyMs = leaseTickMs(options.settings);
  }

  /** Evaluates and renews until the signal; the first time before it returns. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#tick();
      await this.#sleep(this.#everyMs, signal);
    }
  }

  /** Looks for a lapse until the signal. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#sleep(this.#options.settings.leaseMs, signal);
      if (!signal.aborted) this.#noteLapse();
    }
  }

  /** Refuses while the lease is not alive. */
  check(): CheckResult {
    const leftMs = this.#leftMs();
    return leftMs > 0 ? PASSED : refuse('risk', 'RISK_LEASE_EXPIRED', { lapsedMs: Math.max(0, -leftMs) });
  }

  status(): LeaseStatus {
    const leftMs = Math.max(0, this.#leftMs());
    return { isOpen: leftMs > 0, leftMs, lapses: this.#lapses };
  }

  #tick(): void {
    const { killSwitch, checkBreakers, hasWorkLeft } = this.#options;
    if (killSwitch.state === 'HALTED') return;
    this.#noteLapse();
    try {
      checkBreakers();
      if (killSwitch.state === 'REDUCING' && !hasWorkLeft()) {
        killSwitch.trip(killSwitch.trigger, killSwitch.cause?.source);
      }
      this.#renew();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      killSwitch.trip(`RISK_BREAKER_PANIC: the risk loop failed: ${message}`, 'lease');
    }
  }

  #renew(): void {
    const { killSwitch, clock, gate, settings } = this.#options;
    if (killSwitch.state === 'HALTED') return;
    const nowMicros = Math.floor(clock.nowMicros());
    gate?.renew(BigInt(nowMicros));
    this.#leaseUntilMicros = nowMicros + settings.leaseMs * 1_000;
    this.#isLapsed = false;
  }

  #noteLapse(): void {
    const { alerts, killSwitch, settings } = this.#options;
    const lapsedMs = -this.#leftMs();
    if (this.#leaseUntilMicros === undefined || lapsedMs < 0 || killSwitch.state === 'HALTED') return;
    const message = `the risk loop has not renewed the lease for ${lapsedMs + settings.leaseMs} ms; nothing is signed meanwhile`;
    // The halt comes before the telling.
    if (lapsedMs > settings.maxLapseMs) killSwitch.trip(`LEASE_EXPIRED: ${message}`, 'lease');
    if (this.#isLapsed) return;
    this.#isLapsed = true;
    this.#lapses += 1;
    alerts.raise({ severity: 'critical', rule: 'LEASE_EXPIRED', message });
  }

  #leftMs(): number {
    if (this.#leaseUntilMicros === undefined) return 0;
    return Math.floor((this.#leaseUntilMicros - this.#options.clock.nowMicros()) / 1_000);
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    // The end of the sleep and its abort both mean that it is time to look. Any other fault ends the loop, and so the lease.
    await this.#options.clock.sleep(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

/** Returns the time between two ticks, milliseconds. */
export function leaseTickMs({ leaseMs }: Pick<LeaseSettings, 'leaseMs'>): number {
  return Math.max(1, Math.floor(leaseMs / RENEWALS_PER_LEASE));
}
