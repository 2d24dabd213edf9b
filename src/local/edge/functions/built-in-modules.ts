/** Sources of the modules that functions may load: each an expression, a function of `load` and the host. */

/** `crypto`: md5, sha1 and sha256, plain and as HMAC; the digest in hex, base64 or base64url, else as bytes. */
const crypto = `(function (load, host) {
  'use strict';
  const {encode, decode, bytesOf} = load('codecs');
  const check = algorithm => {
    if (!['md5', 'sha1', 'sha256'].includes(algorithm)) {
      throw new TypeError('not supported algorithm: "' + algorithm + '"');
    }
    return algorithm;
  };
  const digester = (algorithm, key) => {
    let data = '';
    let done = false;
    return {
      update(more) {
        if (done) throw new Error('Digest already called');
        data += encode(bytesOf(more), 'hex');
        return this;
      },
      digest(encoding) {
        if (done) throw new Error('Digest already called');
        done = true;
        const bytes = decode(host.hash(algorithm, key, data), 'hex');
        if (encoding !== undefined) {
          if (!['hex', 'base64', 'base64url'].includes(encoding)) {
            throw new TypeError('Unknown digest encoding: "' + encoding + '"');
          }
          return encode(bytes, encoding);
        }
        return typeof Buffer === 'undefined' ? String.fromCharCode(...bytes) : Buffer.from(bytes);
      },
    };
  };
  return {
    createHash: algorithm => digester(check(algorithm), undefined),
    createHmac: (algorithm, key) => digester(check(algorithm), encode(bytesOf(key), 'hex')),
  };
})`;

/** `querystring`: parse and stringify as the guide describes them. */
const querystring = `(function () {
  'use strict';
  const unescape = text => {
    try {
      return decodeURIComponent(text);
    } catch (error) {
      return text.replace(/(?:%[0-9a-f]{2})+/gi, run => {
        try {
          return decodeURIComponent(run);
        } catch (inner) {
          return '\\uFFFD';
        }
      });
    }
  };
  const escape = text =>
    encodeURIComponent(text).replace(/[!'()*]/g, sign => '%' + sign.charCodeAt(0).toString(16).toUpperCase())
      .replace(/%(21|27|28|29|2A)/g, (whole, code) => String.fromCharCode(parseInt(code, 16)));
  const parse = (text, separator = '&', equal = '=', options = {}) => {
    const read = options.decodeURIComponent || unescape;
    const most = options.maxKeys === undefined ? 1000 : options.maxKeys;
    const found = {};
    let parts = String(text).split(separator);
    if (most > 0) parts = parts.slice(0, most);
    for (const part of parts) {
      if (part === '') continue;
      const at = part.indexOf(equal);
      const name = read((at === -1 ? part : part.slice(0, at)).replaceAll('+', ' '));
      const value = read((at === -1 ? '' : part.slice(at + equal.length)).replaceAll('+', ' '));
      if (!Object.prototype.hasOwnProperty.call(found, name)) found[name] = value;
      else if (Array.isArray(found[name])) found[name].push(value);
      else found[name] = [found[name], value];
    }
    return found;
  };
  const stringify = (object, separator = '&', equal = '=', options = {}) => {
    const write = options.encodeURIComponent || escape;
    const text = value => (['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '');
    return Object.keys(object)
      .flatMap(name =>
        [].concat(object[name]).map(value => write(name) + equal + write(text(value))))
      .join(separator);
  };
  return {parse, decode: parse, stringify, encode: stringify, escape, unescape};
})`;

/** `cloudfront`: there are no key value stores here, and origins cannot be chosen by a function. */
const cloudfront = `(function () {
  'use strict';
  const none = 'The embedded cloud has no KeyValueStore.';
  const missing = () => Promise.reject(new Error(none));
  const unmodelled = name => () => {
    throw new Error('The embedded cloud does not model cf.' + name + '.');
  };
  return {
    kvs: () => ({get: missing, exists: missing, count: missing, meta: missing}),
    updateRequestOrigin: unmodelled('updateRequestOrigin'),
    selectRequestOriginById: unmodelled('selectRequestOriginById'),
    createRequestOriginGroup: unmodelled('createRequestOriginGroup'),
  };
})`;

export const builtInModules = {crypto, querystring, cloudfront} as const;
