/** Sources of what functions know as bytes: each an expression, a function of `load`. */

/** Conversions between text and bytes in the four encodings of the guide. */
const codecs = `(function () {
  'use strict';
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const toBase64 = (bytes, alphabet, padded) => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 3) {
      const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
      text += alphabet[a >> 2] + alphabet[((a & 3) << 4) | ((b || 0) >> 4)];
      if (b !== undefined) text += alphabet[((b & 15) << 2) | ((c || 0) >> 6)];
      if (c !== undefined) text += alphabet[c & 63];
    }
    return padded ? text + '='.repeat((4 - (text.length % 4)) % 4) : text;
  };
  const fromBase64 = text => {
    const out = [];
    let bits = 0;
    let held = 0;
    for (const sign of text) {
      const value = (digits + '+/').indexOf(sign === '-' ? '+' : sign === '_' ? '/' : sign);
      if (value === -1) continue;
      held = (held << 6) | value;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        out.push((held >> bits) & 255);
        held &= (1 << bits) - 1;
      }
    }
    return out;
  };
  const toUtf8 = text => {
    const out = [];
    for (const sign of text) {
      let code = sign.codePointAt(0);
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      if (code < 0x80) out.push(code);
      else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
      else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
    return out;
  };
  const fromUtf8 = (bytes, fatal) => {
    let text = '';
    const broken = () => {
      if (fatal) throw new TypeError('The encoded data was not valid');
      text += '\\uFFFD';
    };
    for (let i = 0; i < bytes.length; ) {
      const first = bytes[i++];
      if (first < 0x80) {
        text += String.fromCharCode(first);
        continue;
      }
      const more = first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 ? (first < 0xf0 ? 2 : 0) : first >= 0xc2 ? 1 : 0;
      if (more === 0) {
        broken();
        continue;
      }
      let code = first & (63 >> more);
      let read = 0;
      while (read < more && (bytes[i] & 0xc0) === 0x80) {
        code = (code << 6) | (bytes[i++] & 63);
        read++;
      }
      const least = [0, 0x80, 0x800, 0x10000][more];
      if (read < more || code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) broken();
      else text += String.fromCodePoint(code);
    }
    return text;
  };
  const names = {utf8: 'utf8', 'utf-8': 'utf8', hex: 'hex', base64: 'base64', base64url: 'base64url'};
  const encodingOf = (name = 'utf8') => {
    const known = names[String(name).toLowerCase()];
    if (known === undefined) throw new TypeError('"' + name + '" encoding is not supported');
    return known;
  };
  const decode = (text, name) => {
    const encoding = encodingOf(name);
    if (encoding === 'utf8') return toUtf8(text);
    if (encoding !== 'hex') return fromBase64(text);
    const out = [];
    for (let i = 0; i + 1 < text.length && /^[0-9a-f]{2}$/i.test(text.slice(i, i + 2)); i += 2) {
      out.push(parseInt(text.slice(i, i + 2), 16));
    }
    return out;
  };
  const encode = (bytes, name) => {
    switch (encodingOf(name)) {
      case 'hex': {
        let text = '';
        for (let i = 0; i < bytes.length; i++) text += (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16);
        return text;
      }
      case 'base64':
        return toBase64(bytes, digits + '+/', true);
      case 'base64url':
        return toBase64(bytes, digits + '-_', false);
      default:
        return fromUtf8(bytes, false);
    }
  };
  const bytesOf = (value, name) => {
    if (typeof value === 'string') return decode(value, name);
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    throw new TypeError('data is not a string or Buffer-like object');
  };
  return {encode, decode, bytesOf, encodingOf, fromUtf8, fromBase64, toBase64, digits};
})`;

const buffer = `(function (load) {
  'use strict';
  const {encode, decode, bytesOf, encodingOf, fromUtf8, fromBase64, toBase64, digits} = load('codecs');
  const compare = (a, b) => {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return Math.sign(a.length - b.length);
  };
  const make = bytes => {
    const made = new Buffer(bytes.length);
    made.set(bytes);
    return made;
  };
  class Buffer extends Uint8Array {
    static alloc(size, fill = 0, encoding) {
      return new Buffer(size).fill(fill, 0, size, encoding);
    }
    static allocUnsafe(size) {
      return new Buffer(size);
    }
    static byteLength(value, encoding) {
      return bytesOf(value, encoding).length;
    }
    static compare(a, b) {
      return compare(a, b);
    }
    static concat(list, total) {
      const whole = list.flatMap(part => [...part]);
      return make(total === undefined ? whole : [...whole.slice(0, total), ...Array(Math.max(0, total - whole.length)).fill(0)]);
    }
    static from(value, second, third) {
      if (typeof value === 'string') return make(decode(value, second));
      if (value instanceof ArrayBuffer) return new Buffer(value, second, third);
      if (ArrayBuffer.isView(value) || Array.isArray(value)) return make(value);
      if (value && value.type === 'Buffer' && Array.isArray(value.data)) return make(value.data);
      const plain = value === null || value === undefined ? value : value.valueOf();
      if (plain !== value && plain !== null && plain !== undefined) return Buffer.from(plain, second, third);
      throw new TypeError('first argument is not a string or Buffer-like object');
    }
    static isBuffer(value) {
      return value instanceof Buffer;
    }
    static isEncoding(name) {
      try {
        return typeof name === 'string' && encodingOf(name) !== undefined;
      } catch (error) {
        return false;
      }
    }
    compare(target, from = 0, to = target.length, ownFrom = 0, ownTo = this.length) {
      return compare(this.subarray(ownFrom, ownTo), target.subarray(from, to));
    }
    copy(target, at = 0, from = 0, to = this.length) {
      const part = this.subarray(from, Math.min(to, from + target.length - at));
      target.set(part, at);
      return part.length;
    }
    equals(other) {
      return compare(this, other) === 0;
    }
    fill(value, from = 0, to = this.length, encoding) {
      if (typeof value === 'number') return super.fill(value, from, to);
      const pattern = bytesOf(value, encoding);
      for (let i = from; i < to; i++) this[i] = pattern.length === 0 ? 0 : pattern[(i - from) % pattern.length];
      return this;
    }
    indexOf(value, at = 0, encoding) {
      const wanted = typeof value === 'number' ? [value & 255] : bytesOf(value, encoding);
      for (let i = at < 0 ? Math.max(0, this.length + at) : at; i + wanted.length <= this.length; i++) {
        let same = 0;
        while (same < wanted.length && this[i + same] === wanted[same]) same++;
        if (same === wanted.length) return i;
      }
      return -1;
    }
    lastIndexOf(value, at = this.length, encoding) {
      const wanted = typeof value === 'number' ? [value & 255] : bytesOf(value, encoding);
      for (let i = Math.min(at < 0 ? this.length + at : at, this.length - wanted.length); i >= 0; i--) {
        if (wanted.every((byte, n) => this[i + n] === byte)) return i;
      }
      return -1;
    }
    includes(value, at, encoding) {
      return this.indexOf(value, at, encoding) !== -1;
    }
    slice(from, to) {
      return this.subarray(from, to);
    }
    swap(width) {
      if (this.length % width !== 0) throw new RangeError('Buffer size must be a multiple of ' + width + ' bytes');
      for (let i = 0; i < this.length; i += width) this.subarray(i, i + width).reverse();
      return this;
    }
    toJSON() {
      return {type: 'Buffer', data: [...this]};
    }
    toString(encoding, from = 0, to = this.length) {
      return encode(this.subarray(from, to), encoding);
    }
    write(text, at = 0, length, encoding) {
      if (typeof at === 'string') return this.write(text, 0, undefined, at);
      if (typeof length === 'string') return this.write(text, at, undefined, length);
      const bytes = decode(text, encoding).slice(0, Math.min(length === undefined ? Infinity : length, this.length - at));
      this.set(bytes, at);
      return bytes.length;
    }
  }
  const own = Buffer.prototype;
  const define = (name, value) => Object.defineProperty(own, name, {value, configurable: true, writable: true});
  const {swap} = own;
  delete own.swap;
  for (const bits of [16, 32, 64]) define('swap' + bits, function () { return swap.call(this, bits / 8); });
  const view = (bytes, at, size) => {
    if (at < 0 || at + size > bytes.length) throw new RangeError('index ' + at + ' is outside the bound of the buffer');
    return new DataView(bytes.buffer, bytes.byteOffset + at, size);
  };
  for (const [kind, size] of [['Int8', 1], ['Uint8', 1], ['Int16', 2], ['Uint16', 2], ['Int32', 4], ['Uint32', 4], ['Float32', 4], ['Float64', 8]]) {
    const shown = kind.replace('Uint', 'UInt').replace('Float32', 'Float').replace('Float64', 'Double');
    for (const order of size === 1 ? [''] : ['LE', 'BE']) {
      define('read' + shown + order, function (at = 0) { return view(this, at, size)['get' + kind](0, order === 'LE'); });
      define('write' + shown + order, function (value, at = 0) {
        view(this, at, size)['set' + kind](0, value, order === 'LE');
        return at + size;
      });
    }
  }
  for (const order of ['LE', 'BE']) {
    const ordered = (bytes, at, size) => {
      const part = [...bytes.subarray(at, at + size)];
      if (part.length < size) throw new RangeError('index ' + at + ' is outside the bound of the buffer');
      return order === 'LE' ? part.reverse() : part;
    };
    const unsigned = (bytes, at, size) => ordered(bytes, at, size).reduce((sum, byte) => sum * 256 + byte, 0);
    define('readUInt' + order, function (at, size) { return unsigned(this, at, size); });
    define('readInt' + order, function (at, size) {
      const value = unsigned(this, at, size);
      return value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
    });
    const write = function (value, at, size) {
      ordered(this, at, size);
      let rest = value < 0 ? value + 2 ** (8 * size) : value;
      for (let i = 0; i < size; i++) {
        this[order === 'LE' ? at + i : at + size - 1 - i] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      return at + size;
    };
    define('writeUInt' + order, write);
    define('writeInt' + order, write);
  }
  class TextEncoder {
    get encoding() {
      return 'utf-8';
    }
    encode(text = '') {
      return new Uint8Array(decode(String(text), 'utf8'));
    }
    encodeInto(text, target) {
      let read = 0;
      let written = 0;
      for (const sign of String(text)) {
        const bytes = decode(sign, 'utf8');
        if (written + bytes.length > target.length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += sign.length;
      }
      return {read, written};
    }
  }
  class TextDecoder {
    constructor(label = 'utf-8', options = {}) {
      if (!['utf-8', 'utf8'].includes(String(label).toLowerCase())) throw new RangeError('The "' + label + '" encoding is not supported');
      this.encoding = 'utf-8';
      this.fatal = options.fatal === true;
      this.ignoreBOM = options.ignoreBOM === true;
    }
    decode(bytes) {
      const text = bytes === undefined ? '' : fromUtf8(bytesOf(bytes), this.fatal);
      return !this.ignoreBOM && text.startsWith('\\uFEFF') ? text.slice(1) : text;
    }
  }
  const atob = text => {
    const plain = String(text).replace(/[\\t\\n\\f\\r ]/g, '').replace(/={1,2}$/, '');
    if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) throw new TypeError('the string to be decoded is not correctly encoded');
    return fromBase64(plain).map(byte => String.fromCharCode(byte)).join('');
  };
  const btoa = text => {
    const bytes = Array.from(String(text), sign => sign.codePointAt(0));
    if (bytes.some(byte => byte > 255)) throw new TypeError('invalid character (>= U+00FF)');
    return toBase64(bytes, digits + '+/', true);
  };
  return {Buffer, TextEncoder, TextDecoder, atob, btoa};
})`;

export const bufferSources = {codecs, buffer} as const;
