import {compileDistribution, type CompiledDistribution, type Policies} from './compile.js';
import type {ControlPlane} from './types.js';

type Lookup = keyof Policies;

interface Compiled {
  readonly version: string;
  readonly distribution: CompiledDistribution;
  /** What was looked up while compiling, each with its answer: another answer now means the form is out of date. */
  readonly used: readonly {readonly lookup: Lookup; readonly id: string; readonly answer: unknown}[];
}

/** The compiled form of a live distribution, worked out again when its version or a policy it uses changes. */
export const createDistributions = (
  plane: ControlPlane,
): ((id: string) => CompiledDistribution | undefined) => {
  const compiled = new Map<string, Compiled>();
  return id => {
    const live = plane.distribution(id);
    if (live === undefined) {
      compiled.delete(id);
      return undefined;
    }
    const known = compiled.get(id);
    if (
      known?.version === live.version &&
      known.used.every(({lookup, id: policy, answer}) => plane[lookup](policy) === answer)
    ) {
      return known.distribution;
    }
    const used = new Map<string, Compiled['used'][number]>();
    const recorded = <T>(lookup: Lookup, policy: string, answer: T): T => {
      if (policy !== '') used.set(`${lookup} ${policy}`, {lookup, id: policy, answer});
      return answer;
    };
    const distribution = compileDistribution(live, {
      cachePolicy: policy => recorded('cachePolicy', policy, plane.cachePolicy(policy)),
      originRequestPolicy: policy =>
        recorded('originRequestPolicy', policy, plane.originRequestPolicy(policy)),
      responseHeadersPolicy: policy =>
        recorded('responseHeadersPolicy', policy, plane.responseHeadersPolicy(policy)),
      originAccessControl: policy =>
        recorded('originAccessControl', policy, plane.originAccessControl(policy)),
      originAccessIdentity: identity =>
        recorded('originAccessIdentity', identity, plane.originAccessIdentity(identity)),
      keyGroup: group => recorded('keyGroup', group, plane.keyGroup(group)),
      publicKey: key => recorded('publicKey', key, plane.publicKey(key)),
      functionCode: arn => recorded('functionCode', arn, plane.functionCode(arn)),
    });
    compiled.set(id, {version: live.version, distribution, used: [...used.values()]});
    return distribution;
  };
};
