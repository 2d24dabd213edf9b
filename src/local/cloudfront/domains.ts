import type {CloudFront, DistributionResourceId} from '@aws-sdk/client-cloudfront';
import {isApex, valuesAt} from '../route53/resolve.js';
import {accountId, type Handlers, type Store} from '../types.js';
import type {Distributions} from './distributions.js';
import type {StoredDistribution} from './distribution/references.js';
import {aliasForm, covers} from './distribution/viewers.js';
import {demand, fault, type FaultCode} from './faults.js';
import {otherAccountId, type OtherAccount} from './other-account.js';
import {page, plainList, type PageRequest} from './page.js';
import {items, listOf} from './shape.js';

export interface DomainOptions {
  readonly store: Store;
  readonly distributions: Distributions;
  readonly otherAccount: OtherAccount;
  /** Names on an issued certificate; undefined when there is none under this ARN. */
  readonly certificateNames: (arn: string) => readonly string[] | undefined;
}

interface Conflict {
  readonly domain: string;
  readonly distributionId: string;
  readonly accountId: string;
}

/** The first half of an id is hidden: `*******EXAMPLE`. */
const hidden = (id: string): string => {
  const half = Math.floor(id.length / 2);
  return '*'.repeat(half) + id.slice(half);
};

/** A wildcard stands for any number of labels here, as it does for viewers. */
const overlap = (a: string, b: string): boolean =>
  a === b || (a.startsWith('*.') && b.endsWith(a.slice(1))) || (b.startsWith('*.') && a.endsWith(b.slice(1)));

/**
 * Who has an alternate domain name, and its move from one distribution to another in one step. Developer guide, "Move an
 * alternate domain name to a different distribution".
 */
export function domainHandlers({store, distributions, otherAccount, certificateNames}: DomainOptions) {
  const {resources} = distributions;

  const find = (id: string | undefined, noSuch: FaultCode): StoredDistribution => {
    const found = id === undefined ? undefined : resources.find(id);
    if (found === undefined) throw fault(noSuch, `The distribution was not found: ${id ?? '(none)'}.`);
    return found;
  };
  /** There are no distribution tenants here, so none is found. */
  const resource = (given: DistributionResourceId | undefined): StoredDistribution => {
    demand(
      (given?.DistributionId === undefined) !== (given?.DistributionTenantId === undefined),
      'InvalidArgument',
      'Exactly one of DistributionId and DistributionTenantId must be given.',
    );
    return find(given?.DistributionId, 'EntityNotFound');
  };
  const domainOf = (given: string | undefined): string => {
    demand(
      given !== undefined && aliasForm.test(given),
      'InvalidArgument',
      `"${given ?? ''}" is not a domain name in lower case.`,
    );
    return given;
  };
  const requireCertificate = ({id, config}: StoredDistribution, domain: string): void =>
    demand(
      covers(certificateNames(config.ViewerCertificate?.ACMCertificateArn ?? '') ?? [], domain),
      'InvalidArgument',
      `The certificate that is attached to distribution ${id} does not cover ${domain}.`,
    );

  /** Everybody else's names that are the domain or overlap with it, in the order of the names. */
  const conflicts = (target: StoredDistribution, domain: string): readonly Conflict[] => {
    requireCertificate(target, domain);
    const own = [...resources.custom()]
      .filter(({id}) => id !== target.id)
      .flatMap(({id, config}) =>
        items(config.Aliases).map(alias => ({domain: alias, distributionId: id, accountId})),
      );
    const foreign = otherAccount.holder(domain);
    return [
      ...own.filter(found => overlap(found.domain, domain)),
      ...(foreign === undefined ? [] : [{domain, distributionId: foreign.id, accountId: otherAccountId}]),
    ].sort((a, b) => (a.domain < b.domain ? -1 : 1));
  };
  const paged = (found: readonly Conflict[], request: PageRequest) =>
    page(found, conflict => conflict.domain, request);

  /** TXT `_www.example.com`, or `_.example.com` at the apex of a domain, names the target. */
  const requireProof = (target: StoredDistribution, domain: string): void => {
    const name = isApex(store, domain) ? `_.${domain}` : `_${domain}`;
    demand(
      valuesAt(store, name, 'TXT').some(
        text => text.replaceAll('"', '').replace(/\.$/, '').toLowerCase() === target.state.domainName,
      ),
      'IllegalUpdate',
      `Invalid or missing alias DNS TXT records: ${name} must have the value ${target.state.domainName}.`,
    );
  };

  /** Takes the name from whoever has it, and gives it to the target, in one transaction. */
  const move = (domain: string, id: string, knows?: {readonly ifMatch: string | undefined}) =>
    resources.updateTogether(id, knows, (target, put) => {
      const names = items(target.config.Aliases);
      if (names.includes(domain)) return target;
      requireCertificate(target, domain);
      demand(
        names.length < 100,
        'TooManyDistributionCNAMEs',
        `A distribution has at most 100 alternate domain names: ${target.id} has them already.`,
      );
      const foreign = otherAccount.holder(domain);
      if (foreign !== undefined) {
        demand(
          !foreign.enabled,
          'IllegalUpdate',
          `The distribution ${hidden(foreign.id)} of account ${hidden(otherAccountId)} has ${domain} and must be disabled first.`,
        );
        requireProof(target, domain);
        otherAccount.release(domain);
      }
      for (const source of resources.custom()) {
        const left = items(source.config.Aliases).filter(alias => alias !== domain);
        if (left.length < items(source.config.Aliases).length)
          put(source, {...source.config, Aliases: listOf(left)});
      }
      return put(target, {...target.config, Aliases: listOf([...names, domain])});
    });

  return {
    ListDomainConflicts(input) {
      const target = resource(input.DomainControlValidationResource);
      const found = paged(conflicts(target, domainOf(input.Domain)), input);
      return {
        DomainConflicts: found.items.map(conflict => ({
          Domain: conflict.domain,
          ResourceType: 'distribution',
          ResourceId: hidden(conflict.distributionId),
          AccountId: hidden(conflict.accountId),
        })),
        ...(found.nextMarker === undefined ? {} : {NextMarker: found.nextMarker}),
      };
    },
    ListConflictingAliases(input) {
      const target = find(input.DistributionId, 'NoSuchDistribution');
      return {
        ConflictingAliasesList: plainList(
          paged(conflicts(target, domainOf(input.Alias)), input),
          conflict => ({
            Alias: conflict.domain,
            DistributionId: hidden(conflict.distributionId),
            AccountId: hidden(conflict.accountId),
          }),
        ),
      };
    },
    async UpdateDomainAssociation(input) {
      const {id} = resource(input.TargetResource);
      const domain = domainOf(input.Domain);
      const moved = await move(domain, id, {ifMatch: input.IfMatch});
      return {Domain: domain, ResourceId: id, ETag: moved.etag};
    },
    async AssociateAlias(input) {
      const {id} = find(input.TargetDistributionId, 'NoSuchDistribution');
      await move(domainOf(input.Alias), id);
      return {};
    },
  } satisfies Handlers<CloudFront>;
}
