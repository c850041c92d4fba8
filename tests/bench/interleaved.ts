import { median } from "./statistics.ts";

interface Rounds {
  readonly rounds: number;
  /** Unmeasured first, so that both sides are compiled and warm. */
  readonly warmUps: number;
}

interface Compared {
  /** Median time of one call of each side. */
  readonly subjectUs: number;
  readonly peerUs: number;
  /** Median over rounds of subject ÷ peer of the same round. */
  readonly ratio: number;
}

/**
 * Times two synchronous pieces of work in turn, so that whatever else the machine does slows both.
 * Each call must do the same work again; who goes first alternates.
 */
export function interleaved(
  { rounds, warmUps }: Rounds,
  subject: () => void,
  peer: () => void,
): Compared {
  const times: { readonly subject: number; readonly peer: number }[] = [];
  for (let round = -warmUps; round < rounds; round += 1) {
    const isSubjectFirst = round % 2 === 0;
    const first = timed(isSubjectFirst ? subject : peer);
    const second = timed(isSubjectFirst ? peer : subject);
    if (round < 0) continue;
    times.push(
      isSubjectFirst ? { subject: first, peer: second } : { subject: second, peer: first },
    );
  }
  return {
    subjectUs: median(times.map((time) => time.subject)),
    peerUs: median(times.map((time) => time.peer)),
    ratio: median(times.map((time) => time.subject / time.peer)),
  };
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) * 1000;
}
