import type {FunctionAssociation} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openStore} from '../../../src/local/store/index.js';
import {account, faultOf, smallConfig, stillClock} from './account.js';

let cloud: Awaited<ReturnType<typeof account>>;
beforeEach(async () => {
  cloud = await account();
});
afterEach(() => cloud.end());

const minute = 60_000;
const arnOf = (name: string) => `arn:aws:cloudfront::000000000000:function/${name}`;
const bytes = (text: string) => new TextEncoder().encode(text);
const passes = 'function handler(event) { return event.request; }';
const input = (name: string, code = passes) => ({
  Name: name,
  FunctionConfig: {Comment: '', Runtime: 'cloudfront-js-2.0' as const},
  FunctionCode: bytes(code),
});
const create = async (name: string, code = passes) =>
  (await cloud.call.CreateFunction(input(name, code))).ETag;
const published = async (name: string, code = passes) => {
  const IfMatch = await create(name, code);
  await cloud.call.PublishFunction({Name: name, IfMatch});
  return IfMatch;
};
const running = (...associations: readonly FunctionAssociation[]) => ({
  DistributionConfig: smallConfig({
    DefaultCacheBehavior: {
      ...smallConfig().DefaultCacheBehavior!,
      FunctionAssociations: {Quantity: associations.length, Items: [...associations]},
    },
  }),
});
const onRequest = (name: string): FunctionAssociation => ({
  FunctionARN: arnOf(name),
  EventType: 'viewer-request',
});
const onResponse = (name: string): FunctionAssociation => ({
  FunctionARN: arnOf(name),
  EventType: 'viewer-response',
});
const statusOf = async (name: string, Stage?: 'DEVELOPMENT' | 'LIVE') =>
  (await cloud.call.DescribeFunction({Name: name, Stage})).FunctionSummary?.Status;

describe('create, read, update, delete', () => {
  it('answers what was made, and the code byte for byte', async () => {
    const {call} = cloud;
    const code = '// ü\r\nfunction handler(event) { return event.request; }';
    const made = await call.CreateFunction(input('rewrite', code));
    expect(made).toMatchObject({
      Location: 'https://cloudfront.amazonaws.com/2020-05-31/function/rewrite',
      FunctionSummary: {
        Name: 'rewrite',
        Status: 'UNPUBLISHED',
        FunctionConfig: {Comment: '', Runtime: 'cloudfront-js-2.0'},
        FunctionMetadata: {FunctionARN: arnOf('rewrite'), Stage: 'DEVELOPMENT'},
      },
    });
    const got = await call.GetFunction({Name: 'rewrite'});
    expect(Buffer.from(got.FunctionCode!).toString()).toBe(code);
    expect(got).toMatchObject({ETag: made.ETag, ContentType: 'application/octet-stream'});
    expect(await faultOf(call.GetFunction({Name: 'rewrite', Stage: 'LIVE'}))).toBe(
      'NoSuchFunctionExists 404',
    );
    expect(await faultOf(call.DescribeFunction({Name: 'other'}))).toBe('NoSuchFunctionExists 404');
  });

  it.each([
    ['a name with a dot', {...input('a.b')}, 'InvalidArgument 400'],
    ['a name of 65 characters', {...input('a'.repeat(65))}, 'InvalidArgument 400'],
    ['no code', input('a', ''), 'InvalidArgument 400'],
    ['10,241 bytes of code', input('a', 'x'.repeat(10_241)), 'FunctionSizeLimitExceeded 413'],
    [
      'a runtime of the future',
      {...input('a'), FunctionConfig: {Comment: '', Runtime: 'cloudfront-js-3.0' as 'cloudfront-js-2.0'}},
      'InvalidArgument 400',
    ],
    [
      'a comment of 129 characters',
      {...input('a'), FunctionConfig: {Comment: 'x'.repeat(129), Runtime: 'cloudfront-js-2.0' as const}},
      'InvalidArgument 400',
    ],
    [
      'a key value store',
      {
        ...input('a'),
        FunctionConfig: {
          Comment: '',
          Runtime: 'cloudfront-js-2.0' as const,
          KeyValueStoreAssociations: {Quantity: 1, Items: [{KeyValueStoreARN: 'arn:aws:cloudfront::0:key'}]},
        },
      },
      'InvalidArgument 400',
    ],
  ])('refuses %s', async (_what, given, expected) => {
    expect(await faultOf(cloud.call.CreateFunction(given))).toBe(expected);
  });

  it('takes 10,240 bytes', async () => {
    expect(await create('a', 'x'.repeat(10_240))).toMatch(/^E/);
  });

  it('knows each name once, and a hundred of them', async () => {
    await create('f0');
    expect(await faultOf(cloud.call.CreateFunction(input('f0')))).toBe('FunctionAlreadyExists 409');
    for (let n = 1; n < 100; n++) await create(`f${n}`);
    expect(await faultOf(cloud.call.CreateFunction(input('f100')))).toBe('TooManyFunctions 400');
  });

  it('changes, is published and goes by the ETag of DEVELOPMENT only', async () => {
    const {call} = cloud;
    const first = await create('f');
    const update = (IfMatch: string | undefined) => call.UpdateFunction({...input('f', '// 2'), IfMatch});
    expect(await faultOf(update(undefined))).toBe('InvalidIfMatchVersion 400');
    expect(await faultOf(update('EOTHER0000000'))).toBe('PreconditionFailed 412');
    const {ETag: second} = await update(first);
    expect(second).not.toBe(first);
    expect(await faultOf(call.PublishFunction({Name: 'f', IfMatch: first}))).toBe('PreconditionFailed 412');
    await call.PublishFunction({Name: 'f', IfMatch: second});
    const live = await call.DescribeFunction({Name: 'f', Stage: 'LIVE'});
    expect((await call.DescribeFunction({Name: 'f'})).ETag).toBe(second);
    expect(live.ETag).not.toBe(second);
    expect(await faultOf(call.DeleteFunction({Name: 'f', IfMatch: first}))).toBe('PreconditionFailed 412');
    await call.DeleteFunction({Name: 'f', IfMatch: second});
    expect(await faultOf(call.DescribeFunction({Name: 'f', Stage: 'LIVE'}))).toBe('NoSuchFunctionExists 404');
  });

  it('keeps what is LIVE while DEVELOPMENT goes on', async () => {
    const etag = await published('f', '// 1');
    await cloud.call.UpdateFunction({...input('f', '// 2'), IfMatch: etag});
    const code = async (Stage: 'DEVELOPMENT' | 'LIVE') =>
      Buffer.from((await cloud.call.GetFunction({Name: 'f', Stage})).FunctionCode!).toString();
    expect([await code('DEVELOPMENT'), await code('LIVE')]).toEqual(['// 2', '// 1']);
    expect([await statusOf('f'), await statusOf('f', 'LIVE')]).toEqual(['UNPUBLISHED', 'UNASSOCIATED']);
  });

  it('lists both stages, or one, page by page', async () => {
    await published('a');
    await create('a-b');
    await published('ab');
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const {FunctionList: list} = await cloud.call.ListFunctions({Marker, MaxItems: 2});
      for (const {Name, FunctionMetadata} of list?.Items ?? [])
        seen.push(`${Name} ${FunctionMetadata?.Stage}`);
      Marker = list?.NextMarker;
    } while (Marker !== undefined);
    expect(seen).toEqual(['a DEVELOPMENT', 'a LIVE', 'a-b DEVELOPMENT', 'ab DEVELOPMENT', 'ab LIVE']);
    const live = await cloud.call.ListFunctions({Stage: 'LIVE'});
    expect(live.FunctionList?.Items?.map(({Name}) => Name)).toEqual(['a', 'ab']);
  });

  it('carries tags, which go with it', async () => {
    const Resource = arnOf('f');
    const {ETag: IfMatch} = await cloud.call.CreateFunction({
      ...input('f'),
      Tags: {Items: [{Key: 'site', Value: 'one'}]},
    });
    await cloud.call.TagResource({Resource, Tags: {Items: [{Key: 'a', Value: 'b'}]}});
    expect((await cloud.call.ListTagsForResource({Resource})).Tags?.Items).toHaveLength(2);
    await cloud.call.DeleteFunction({Name: 'f', IfMatch});
    expect(await faultOf(cloud.call.ListTagsForResource({Resource}))).toBe('NoSuchResource 404');
    await create('f');
    expect((await cloud.call.ListTagsForResource({Resource})).Tags?.Items).toEqual([]);
  });

  it('is there after a restart, at its stage and code', async () => {
    const store = await openStore({memory: true});
    const clock = stillClock();
    const before = await account({store, clock});
    const {ETag: IfMatch} = await before.call.CreateFunction(input('f', '// kept'));
    await before.call.PublishFunction({Name: 'f', IfMatch});
    await before.end();
    const after = await account({store, clock});
    clock.advance(minute);
    expect(after.controlPlane.functionCode(arnOf('f'))).toEqual({
      code: '// kept',
      runtime: 'cloudfront-js-2.0',
    });
    await after.end();
    await store.close();
  });
});

describe('association', () => {
  const association = 'InvalidFunctionAssociation 400';
  const createRunning = (...given: readonly FunctionAssociation[]) =>
    cloud.call.CreateDistribution(running(...given));

  it('needs a function with a LIVE stage, one an event', async () => {
    await create('draft');
    await published('f');
    expect(await faultOf(createRunning(onRequest('none')))).toBe(association);
    expect(await faultOf(createRunning(onRequest('draft')))).toBe(association);
    expect(await faultOf(createRunning({FunctionARN: 'f', EventType: 'viewer-request'}))).toBe(association);
    expect(await faultOf(createRunning(onRequest('f'), onRequest('f')))).toBe(association);
    const event = {FunctionARN: arnOf('f'), EventType: 'origin-request' as const};
    expect(await faultOf(createRunning(event))).toBe('InvalidArgument 400');
    const made = await createRunning(onRequest('f'), onResponse('f'));
    expect(made.Distribution?.DistributionConfig?.DefaultCacheBehavior?.FunctionAssociations).toEqual({
      Quantity: 2,
      Items: [onRequest('f'), onResponse('f')],
    });
  });

  it('does not mix with Lambda@Edge on viewer events, but with its origin events', async () => {
    await published('f');
    const both = (EventType: 'viewer-response' | 'origin-request') => {
      const {DistributionConfig: config} = running(onRequest('f'));
      const LambdaFunctionAssociations = {
        Quantity: 1,
        Items: [{LambdaFunctionARN: 'arn:aws:lambda:us-east-1:123456789012:function:l:1', EventType}],
      };
      const DefaultCacheBehavior = {...config.DefaultCacheBehavior!, LambdaFunctionAssociations};
      return cloud.call.CreateDistribution({DistributionConfig: {...config, DefaultCacheBehavior}});
    };
    expect(await faultOf(both('viewer-response'))).toBe(association);
    expect((await both('origin-request')).Distribution?.Status).toBe('InProgress');
  });

  it('keeps the function from being deleted until the edge has let it go', async () => {
    const {call, clock} = cloud;
    const IfMatch = await published('f');
    const made = await createRunning(onRequest('f'));
    expect([await statusOf('f'), await statusOf('f', 'LIVE')]).toEqual(['DEPLOYED', 'DEPLOYED']);
    clock.advance(minute);
    await call.UpdateDistribution({Id: made.Distribution?.Id, IfMatch: made.ETag, ...running()});
    expect(await faultOf(call.DeleteFunction({Name: 'f', IfMatch}))).toBe('FunctionInUse 409');
    clock.advance(minute);
    expect(await statusOf('f')).toBe('UNASSOCIATED');
    await call.DeleteFunction({Name: 'f', IfMatch});
  });

  it('a publish deploys the distributions that use it anew, with a new ETag', async () => {
    const {call, clock, controlPlane} = cloud;
    const first = await published('f', '// 1');
    await published('other');
    const {Distribution: made} = await createRunning(onRequest('f'));
    clock.advance(minute);
    const read = async () => {
      const {Distribution: found, ETag} = await call.GetDistribution({Id: made?.Id});
      return {status: found?.Status, etag: ETag, code: controlPlane.functionCode(arnOf('f'))?.code};
    };
    const before = await read();
    expect(before).toMatchObject({status: 'Deployed', code: '// 1'});
    await call.PublishFunction({Name: 'other', IfMatch: (await call.DescribeFunction({Name: 'other'})).ETag});
    expect(await read()).toEqual(before);

    const {ETag: IfMatch} = await call.UpdateFunction({...input('f', '// 2'), IfMatch: first});
    expect(await read()).toEqual(before);
    await call.PublishFunction({Name: 'f', IfMatch});
    const during = await read();
    expect(during).toMatchObject({status: 'InProgress', code: '// 1'});
    expect(during.etag).not.toBe(before.etag);
    // Published again on the way: the edge goes on with what it has.
    await call.PublishFunction({Name: 'f', IfMatch});
    clock.advance(minute - 1);
    expect(await read()).toMatchObject({status: 'InProgress', code: '// 1'});
    clock.advance(1);
    expect(await read()).toMatchObject({status: 'Deployed', code: '// 2'});
    expect(controlPlane.functionCode(arnOf('f'))).toBe(controlPlane.functionCode(arnOf('f')));
    const stale = call.UpdateDistribution({Id: made?.Id, IfMatch: before.etag, ...running()});
    expect(await faultOf(stale)).toBe('PreconditionFailed 412');
  });
});

describe('test', () => {
  const event = (more: object = {}) =>
    bytes(JSON.stringify({version: '1.0', request: {method: 'GET', uri: '/a', headers: {}}, ...more}));
  const test = async (code: string, EventObject = event(), Stage?: 'DEVELOPMENT' | 'LIVE') => {
    const IfMatch = await create('f', code);
    return (await cloud.call.TestFunction({Name: 'f', IfMatch, EventObject, Stage})).TestResult;
  };

  it('answers output, logs and utilization', async () => {
    const code = `function handler(event) {
      console.log('uri is ' + event.request.uri);
      console.log({a: [1]});
      return {statusCode: 302, headers: {location: {value: '/b'}}};
    }`;
    expect(await test(code)).toMatchObject({
      FunctionSummary: {Name: 'f', Status: 'UNPUBLISHED'},
      FunctionExecutionLogs: ['uri is /a', '{"a":[1]}'],
      FunctionErrorMessage: '',
      FunctionOutput: '{"response":{"statusCode":302,"headers":{"location":{"value":"/b"}}}}',
      ComputeUtilization: expect.stringMatching(/^\d{1,2}$/) as string,
    });
  });

  it('tells what was thrown, with what was logged before', async () => {
    const result = await test(`function handler(event) {\n console.log('so far');\n return event.x.y;\n}`);
    expect(result).toMatchObject({
      FunctionExecutionLogs: ['so far'],
      FunctionErrorMessage: "TypeError: cannot read property 'y' of undefined (line 3)",
      FunctionOutput: '',
    });
  });

  it('does not judge what is returned: a broken header rule passes', async () => {
    expect(
      await test('function handler() { return {uri: "/b", headers: {via: {value: "x"}}}; }'),
    ).toMatchObject({
      FunctionErrorMessage: '',
      FunctionOutput: '{"request":{"uri":"/b","headers":{"via":{"value":"x"}}}}',
    });
  });

  it('cuts logs off at 10 KB', async () => {
    const result = await test(`function handler(event) {
      for (var i = 0; i < 30; i++) console.log('x'.repeat(1000));
      return event.request;
    }`);
    expect(result?.FunctionExecutionLogs?.join('')).toHaveLength(10 * 1024);
  });

  it('refuses an event that is no JSON object or too large, a wrong version and a stage that is not there', async () => {
    const IfMatch = await create('f');
    const refused = (EventObject: Uint8Array, more: object = {}) =>
      faultOf(cloud.call.TestFunction({Name: 'f', IfMatch, EventObject, ...more}));
    expect(await refused(bytes('nonsense'))).toBe('InvalidArgument 400');
    expect(await refused(bytes('[]'))).toBe('InvalidArgument 400');
    expect(await refused(event({pad: 'x'.repeat(40_960)}))).toBe('InvalidArgument 400');
    expect(await refused(event(), {IfMatch: 'EOTHER0000000'})).toBe('PreconditionFailed 412');
    expect(await refused(event(), {Stage: 'LIVE'})).toBe('NoSuchFunctionExists 404');
  });
});
