import type {DistributionConfig, OriginAccessControlConfig} from '@aws-sdk/client-cloudfront';

/** What else the account holds, as far as a distribution's config may refer to it or collide with it. */
export interface Account {
  cachePolicyExists(id: string): boolean;
  originRequestPolicyExists(id: string): boolean;
  responseHeadersPolicyExists(id: string): boolean;
  keyGroupExists(id: string): boolean;
  /** Whether a CloudFront function under this ARN has a LIVE stage; undefined: there is none under it. */
  functionIsPublished(arn: string): boolean | undefined;
  originAccessIdentityExists(id: string): boolean;
  originAccessControl(id: string): OriginAccessControlConfig | undefined;
  /** Names on an issued certificate of us-east-1; undefined when there is none under this ARN. */
  certificateNames(arn: string): readonly string[] | undefined;
  /** Id of the distribution of another account that has this alternate domain name. */
  heldElsewhere(alias: string): string | undefined;
  /** Domain name of the distribution that DNS leads this name to. */
  distributionBehind(name: string): string | undefined;
  /** Of the distribution that is being accepted; undefined while it is created. */
  readonly domainName: string | undefined;
  /** Every distribution but the one that is being accepted. */
  others(): readonly {readonly id: string; readonly config: DistributionConfig}[];
}
