import type {
  CachePolicyConfig,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';

/** Resources that an account has by name beside its distributions, and their configs. */
export interface NamedConfigs {
  'cache policy': CachePolicyConfig;
  'origin request policy': OriginRequestPolicyConfig;
  'response headers policy': ResponseHeadersPolicyConfig;
  'origin access control': OriginAccessControlConfig;
}

export type NamedKind = keyof NamedConfigs;

export interface Named {
  readonly kind: NamedKind;
  readonly id: string;
  readonly name: string;
  readonly config: NamedConfigs[NamedKind];
}
