import http from 'node:http';
import https from 'node:https';
import {pipeline} from 'node:stream';
import type {StartDeadline} from '../deadlines.js';
import type {CustomOrigin} from './address.js';
import {OriginFailure, type Arrival, type OriginRequest} from './request.js';

/** Idle connections to custom origins, kept as long as each origin's OriginKeepaliveTimeout. */
export interface Connections {
  agent(secure: boolean, keepaliveMs: number): http.Agent;
  close(): void;
}

export const createConnections = (): Connections => {
  const agents = new Map<string, http.Agent>();
  return {
    agent(secure, keepaliveMs) {
      const key = `${secure} ${keepaliveMs}`;
      const known = agents.get(key);
      if (known !== undefined) return known;
      const options = {keepAlive: true, timeout: keepaliveMs};
      const agent = secure ? new https.Agent(options) : new http.Agent(options);
      agents.set(key, agent);
      return agent;
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
};

const loopback = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[?::1\]?)$/i;

/** Whether the origin is asked over TLS (OriginProtocolPolicy). */
export const isSecure = (origin: CustomOrigin, viewerScheme: 'http' | 'https'): boolean =>
  origin.protocolPolicy === 'match-viewer'
    ? viewerScheme === 'https'
    : origin.protocolPolicy === 'https-only';

/** The Host that the origin gets when the viewer's is not forwarded: with the port unless it is the scheme's own. */
export const originHost = (origin: CustomOrigin, viewerScheme: 'http' | 'https'): string => {
  const secure = isSecure(origin, viewerScheme);
  const port = secure ? origin.httpsPort : origin.httpPort;
  return port === (secure ? 443 : 80) ? origin.domainName : `${origin.domainName}:${port}`;
};

/** One attempt at a custom origin over HTTP/1.1; rejects with OriginFailure. Redirects are not followed. */
export const askCustom = (
  origin: CustomOrigin,
  request: OriginRequest,
  connections: Connections,
  startDeadline: StartDeadline,
): Promise<Arrival> =>
  new Promise((resolve, reject) => {
    const secure = isSecure(origin, request.viewerScheme);
    let failure: OriginFailure | undefined;
    let connected = false;
    const options: https.RequestOptions = {
      host: origin.domainName,
      port: secure ? origin.httpsPort : origin.httpPort,
      method: request.method,
      path: origin.path + request.target,
      headers: {...request.headers, connection: 'Keep-Alive'},
      setHost: false,
      agent: connections.agent(secure, origin.keepaliveMs),
      ...(secure && loopback.test(origin.domainName) ? {rejectUnauthorized: false} : {}),
    };
    const outgoing = (secure ? https : http).request(options);
    const deadline = startDeadline(origin.connectTimeoutMs, () => {
      failure = connected
        ? new OriginFailure(
            504,
            504,
            `The origin ${origin.domainName} did not answer within ${origin.readTimeoutMs / 1000} s.`,
            'always',
          )
        : new OriginFailure(
            504,
            503,
            `No connection to the origin ${origin.domainName} within ${origin.connectTimeoutMs / 1000} s.`,
            'always',
          );
      outgoing.destroy(failure);
    });
    outgoing.once('socket', socket => {
      const ready = (): void => {
        connected = true;
        deadline.restart(origin.readTimeoutMs);
      };
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', ready);
      else ready();
    });
    outgoing.on('error', error => {
      deadline.cancel();
      reject(failure ?? explain(error, origin));
    });
    // No Upgrade was sent: 101 is no answer to this request.
    outgoing.once('upgrade', (response, socket) => {
      socket.destroy();
      deadline.cancel();
      reject(unusable(origin, response.statusCode));
    });
    outgoing.once('response', response => {
      const {statusCode = 0} = response;
      if (statusCode < 200) {
        response.destroy();
        deadline.cancel();
        reject(unusable(origin, statusCode));
        return;
      }
      watchSilence(response, deadline.cancel, startDeadline, origin);
      resolve({
        status: statusCode,
        headers: response.headers as Arrival['headers'],
        body: response,
        s3: false,
      });
    });
    if (request.body === undefined) outgoing.end();
    else pipeline(request.body, outgoing, () => undefined);
  });

const unusable = (origin: CustomOrigin, status: number | undefined): OriginFailure =>
  new OriginFailure(502, 502, `The origin ${origin.domainName} answered with status ${status}.`, 'never');

/** Ends an answer in which the origin falls silent; a slow viewer (bytes waiting here) is not the origin's silence. */
const watchSilence = (
  response: http.IncomingMessage,
  cancelFirst: () => void,
  startDeadline: StartDeadline,
  origin: CustomOrigin,
): void => {
  cancelFirst();
  const {socket} = response;
  let seen = socket.bytesRead;
  const check = startDeadline(origin.readTimeoutMs, () => {
    const moved = socket.bytesRead !== seen || response.readableLength > 0;
    seen = socket.bytesRead;
    if (moved) check.restart(origin.readTimeoutMs);
    else response.destroy(new Error(`The origin ${origin.domainName} fell silent within its answer.`));
  });
  response.once('close', check.cancel);
};

const explain = (error: NodeJS.ErrnoException, origin: CustomOrigin): OriginFailure => {
  const code = error.code ?? '';
  const where = origin.domainName;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') {
    return new OriginFailure(
      502,
      503,
      `CloudFront wasn't able to resolve the origin domain name ${where}.`,
      'always',
    );
  }
  if (code === 'ETIMEDOUT')
    return new OriginFailure(504, 503, `No connection to the origin ${where}.`, 'always');
  if (
    code === 'ECONNREFUSED' ||
    code === 'EHOSTUNREACH' ||
    code === 'ENETUNREACH' ||
    code === 'EADDRNOTAVAIL'
  ) {
    return new OriginFailure(502, 503, `CloudFront wasn't able to connect to the origin ${where}.`, 'always');
  }
  return new OriginFailure(
    502,
    502,
    `The origin ${where} closed the connection or spoke no valid HTTP (${code === '' ? error.message : code}).`,
    'always',
  );
};
