/** How requests overlapped since the last reading. */
export interface Overlap {
  readonly requests: number;
  /** Longest chain of requests each of which came after the one before was answered. */
  readonly rounds: number;
  readonly mostInFlight: number;
}

export interface Trace {
  /** A request came; call the answer when its response has left. */
  begin(): () => void;
  read(): Overlap;
}

export function createTrace(now: () => number = () => performance.now()): Trace {
  let ended: {readonly start: number; readonly end: number}[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  return {
    begin() {
      const start = now();
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      return () => {
        inFlight -= 1;
        ended.push({start, end: now()});
      };
    },
    read() {
      const {length: requests} = ended;
      let rounds = 0;
      let free = Number.NEGATIVE_INFINITY;
      // By their ends: taking the earliest that fits makes the longest chain.
      for (const {start, end} of ended.sort((a, b) => a.end - b.end)) {
        if (start < free) continue;
        rounds += 1;
        free = end;
      }
      const overlap = {requests, rounds, mostInFlight};
      ended = [];
      mostInFlight = inFlight;
      return overlap;
    },
  };
}
