/** Lowercase, with a dot at the end, special characters as `\ooo` (`\052` for `*`): how Route 53 answers names. */
export function dnsName(given: string): string {
  const dotted = given.endsWith('.') ? given : `${given}.`;
  return dotted
    .toLowerCase()
    .replace(/[^a-z0-9._\\-]/g, char => `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, '0')}`);
}

/** Labels of at most 63 characters, 255 in all; escapes count as one. Developer guide, "DNS domain name format". */
export function isDnsName(given: string): boolean {
  const labels = dnsName(given).slice(0, -1).split('.');
  return (
    given.length <= 1024 &&
    labels.join('.').replace(/\\[0-7]{3}/g, 'x').length <= 255 &&
    labels.every(label => {
      const plain = label.replace(/\\[0-7]{3}/g, 'x');
      return plain.length >= 1 && plain.length <= 63 && /^[a-z0-9_-]+$/.test(plain);
    })
  );
}

/** `com.example.www.`: names sort by their labels from the right. API reference, ListResourceRecordSets. */
export function reversed(name: string): string {
  return `${name.replace(/\.$/, '').split('.').reverse().join('.')}.`;
}

export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);
