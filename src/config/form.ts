/** The AWS API's structures as a config writes them: camelCase, and plain lists in place of `{Quantity, Items}`. */

/** Names that begin with several capitals; all others only lose their first one. */
interface Acronyms {
  ACMCertificateArn: 'acmCertificateArn';
  HTTPPort: 'httpPort';
  HTTPSPort: 'httpsPort';
  IAMCertificateId: 'iamCertificateId';
  ID: 'id';
  SSLSupportMethod: 'sslSupportMethod';
  XSSProtection: 'xssProtection';
}

type Camel<K extends string> = K extends keyof Acronyms ? Acronyms[K] : Uncapitalize<K>;

type Fields<T> = {
  readonly [K in Exclude<keyof T, 'Quantity'> & string as Camel<K>]?: Form<Exclude<T[K], undefined>>;
};

/** A list with nothing beside its length is a plain one; with other members (`Enabled`, `CachedMethods`) it keeps `items`. */
export type Form<T> = T extends string | number | boolean | Uint8Array
  ? T
  : T extends Date
    ? /** ISO 8601 where a file holds no dates. */ Date | string
    : T extends readonly (infer Item)[]
      ? readonly Form<Item>[]
      : T extends {Quantity: number | undefined; Items?: (infer Item)[] | undefined}
        ? [Exclude<keyof T, 'Quantity' | 'Items'>] extends [never]
          ? readonly Form<Item>[]
          : Fields<T> | readonly Form<Item>[]
        : T extends object
          ? Fields<T>
          : T;
