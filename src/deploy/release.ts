/** `20261121T193005Z-4f2a9c`: sorts by time; the six hex digits keep two deploys of one second apart. `random` in [0, 1). */
export function releaseId(now: number, random: () => number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const suffix = Math.floor(random() * 16 ** 6)
    .toString(16)
    .padStart(6, '0');
  return `${time}-${suffix}`;
}
