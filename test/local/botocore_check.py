"""Drives the embedded cloud with botocore, which knows AWS only by its own service models.

    python3 botocore_check.py http://127.0.0.1:4510

Prints one JSON object a check: {"check": name, "failure": null or text}. Besides what botocore itself refuses to read,
every element of an XML answer must be a member of the operation's output shape.
"""
import base64
import hashlib
import json
import sys
import traceback
import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree as ElementTree

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = sys.argv[1]
session = botocore.session.get_session()
session.set_credentials('local', 'local')


def client(service, **config):
    made = session.create_client(
        service,
        region_name='us-east-1',
        endpoint_url=endpoint,
        config=Config(retries={'total_max_attempts': 1}, **config),
    )
    made.meta.events.register('after-call', refuse_unknown_elements)
    return made


def local_name(tag):
    return tag.rsplit('}', 1)[-1]


def unknown_elements(element, shape, path):
    """Elements that the model has no member for, depth first."""
    if shape.type_name == 'structure':
        names = {}
        for name, member in shape.members.items():
            flat = member.type_name == 'list' and member.serialization.get('flattened')
            wire = member.serialization.get('name')
            if flat and wire is None:
                wire = member.member.serialization.get('name')
            names[wire or name] = member
        for child in element:
            name = local_name(child.tag)
            if name not in names:
                yield f'{path}/{name}'
                continue
            member = names[name]
            if member.type_name == 'list' and member.serialization.get('flattened'):
                member = member.member
            yield from unknown_elements(child, member, f'{path}/{name}')
    elif shape.type_name == 'list':
        item = shape.member.serialization.get('name', 'member')
        for child in element:
            if local_name(child.tag) != item:
                yield f'{path}/{local_name(child.tag)} (items are called {item})'
            else:
                yield from unknown_elements(child, shape.member, f'{path}/{item}')


def refuse_unknown_elements(http_response, model, **_):
    if model.service_model.metadata['protocol'] != 'rest-xml' or http_response.status_code >= 300:
        return
    output = model.output_shape
    if output is None or not http_response.headers.get('content-type', '').endswith('xml'):
        return
    payload = output.serialization.get('payload')
    if payload is not None:
        output = output.members[payload]
        if output.type_name != 'structure':
            return
    elif model.name == 'GetBucketLocation':
        return
    root = ElementTree.fromstring(http_response.content)
    unknown = list(unknown_elements(root, output, local_name(root.tag)))
    if unknown:
        raise AssertionError(f'{model.name} answers elements that its model lacks: {unknown}')


checks = []


def check(function):
    checks.append(function)
    return function


def equal(actual, expected, what=''):
    if actual != expected:
        raise AssertionError(f'{what or "value"}: {actual!r} instead of {expected!r}')


def refused(code, status, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        equal(
            (error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']),
            (code, status),
            'refusal',
        )
        return
    raise AssertionError(f'not refused with {code}')


def fetch(method, url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


s3 = client('s3', s3={'addressing_style': 'path'}, signature_version='s3v4')
cloudfront = client('cloudfront')
acm = client('acm')
route53 = client('route53')

odd_keys = [
    'plain.txt', 'a b', 'a+b', 'a%20b', 'a#b?c=d&e', '~tilde', "quote'\"<>", '…/ünï/日本/🎉', 'dots/../up', './here',
    'double//slash', 'trailing/', '/leading', '__proto__', 'constructor', '*star(1)!', 'semi;colon,=@$', 'tab\tkey',
    'x' * 1024,
]


def bucket_of(name):
    s3.create_bucket(Bucket=name)
    return name


@check
def s3_objects_with_odd_keys():
    bucket = bucket_of('odd-keys')
    for at, key in enumerate(odd_keys):
        body = f'{at} {key}'.encode()
        etag = s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType='text/x-odd')['ETag']
        equal(etag, f'"{hashlib.md5(body).hexdigest()}"', key)
        got = s3.get_object(Bucket=bucket, Key=key)
        equal((got['Body'].read(), got['ContentType'], got['ETag']), (body, 'text/x-odd', etag), key)
        equal(s3.head_object(Bucket=bucket, Key=key)['ContentLength'], len(body), key)
        s3.copy_object(Bucket=bucket, Key='copy of ' + key[:1000], CopySource={'Bucket': bucket, 'Key': key})
        equal(s3.get_object(Bucket=bucket, Key='copy of ' + key[:1000])['Body'].read(), body, key)
    expected = sorted(odd_keys + ['copy of ' + key[:1000] for key in odd_keys], key=lambda key: key.encode())
    for operation in ('list_objects_v2', 'list_objects'):
        pages = s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={'PageSize': 7})
        equal([item['Key'] for page in pages for item in page['Contents']], expected, operation)
    answer = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': key} for key in expected]})
    equal(sorted(item['Key'] for item in answer['Deleted']), sorted(expected), 'deleted')
    equal(s3.list_objects_v2(Bucket=bucket)['KeyCount'], 0)


@check
def s3_delimiters():
    bucket = bucket_of('delimiters')
    for key in ('a/1', 'a/2', 'b/c/1', 'b/d', 'e', 'f/g'):
        s3.put_object(Bucket=bucket, Key=key, Body=b'')
    for operation in ('list_objects_v2', 'list_objects'):
        for size in (1, 2, 1000):
            pages = list(s3.get_paginator(operation).paginate(
                Bucket=bucket, Delimiter='/', PaginationConfig={'PageSize': size}))
            prefixes = [item['Prefix'] for page in pages for item in page.get('CommonPrefixes', [])]
            equal(prefixes, ['a/', 'b/', 'f/'], f'{operation} by {size}')
            equal([item['Key'] for page in pages for item in page.get('Contents', [])], ['e'], operation)
    page = s3.list_objects_v2(Bucket=bucket, Prefix='b/', Delimiter='/', StartAfter='b/c/')
    equal([item['Key'] for item in page['Contents']], ['b/d'])
    equal(s3.list_objects_v2(Bucket=bucket, FetchOwner=True)['Contents'][0]['Owner']['ID'] != '', True)


@check
def s3_reading():
    bucket = bucket_of('reading')
    put = s3.put_object(
        Bucket=bucket, Key='k', Body=b'0123456789', CacheControl='max-age=60', ContentDisposition='inline',
        ContentEncoding='identity', ContentLanguage='de', Metadata={'one': 'eins', 'two': 'zwei'},
        Expires='Wed, 21 Oct 2099 07:28:00 GMT', Tagging='a=1&b=2', ChecksumAlgorithm='SHA256')
    equal(put['ChecksumSHA256'], base64.b64encode(hashlib.sha256(b'0123456789').digest()).decode())
    got = s3.get_object(Bucket=bucket, Key='k', ChecksumMode='ENABLED')
    equal(got['Body'].read(), b'0123456789')
    equal((got['Metadata'], got['CacheControl'], got['ContentLanguage'], got['TagCount'], got['ChecksumSHA256']),
          ({'one': 'eins', 'two': 'zwei'}, 'max-age=60', 'de', 2, put['ChecksumSHA256']))
    equal(got['Expires'].year, 2099)
    part = s3.get_object(Bucket=bucket, Key='k', Range='bytes=-3')
    equal((part['Body'].read(), part['ContentRange'], part['ResponseMetadata']['HTTPStatusCode']),
          (b'789', 'bytes 7-9/10', 206))
    refused('InvalidRange', 416, s3.get_object, Bucket=bucket, Key='k', Range='bytes=20-')
    refused('304', 304, s3.get_object, Bucket=bucket, Key='k', IfNoneMatch=got['ETag'])
    refused('PreconditionFailed', 412, s3.get_object, Bucket=bucket, Key='k', IfMatch='"x"')
    refused('404', 404, s3.head_object, Bucket=bucket, Key='none')
    refused('NoSuchKey', 404, s3.get_object, Bucket=bucket, Key='none')
    refused('NoSuchBucket', 404, s3.get_object, Bucket='no-such-bucket', Key='none')
    equal(s3.get_object_tagging(Bucket=bucket, Key='k')['TagSet'], [{'Key': 'a', 'Value': '1'}, {'Key': 'b', 'Value': '2'}])
    attributes = s3.get_object_attributes(
        Bucket=bucket, Key='k', ObjectAttributes=['ETag', 'Checksum', 'ObjectSize', 'StorageClass'])
    equal((attributes['ObjectSize'], attributes['Checksum']['ChecksumSHA256']), (10, put['ChecksumSHA256']))
    s3.get_waiter('object_exists').wait(Bucket=bucket, Key='k', WaiterConfig={'MaxAttempts': 1})
    replaced = s3.copy_object(Bucket=bucket, Key='k', CopySource=f'{bucket}/k', MetadataDirective='REPLACE',
                              ContentType='text/plain', Metadata={'three': 'drei'})
    equal(replaced['CopyObjectResult']['ETag'], got['ETag'])
    equal(s3.head_object(Bucket=bucket, Key='k')['Metadata'], {'three': 'drei'})
    refused('InvalidRequest', 400, s3.copy_object, Bucket=bucket, Key='k', CopySource=f'{bucket}/k')


@check
def s3_checksums():
    bucket = bucket_of('checksums')
    for algorithm in ('CRC32', 'SHA1', 'SHA256'):
        put = s3.put_object(Bucket=bucket, Key=algorithm, Body=b'sum', ChecksumAlgorithm=algorithm)
        head = s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode='ENABLED')
        equal(head[f'Checksum{algorithm}'], put[f'Checksum{algorithm}'], algorithm)
        equal(head['ChecksumType'], 'FULL_OBJECT', algorithm)
    refused('BadDigest', 400, s3.put_object, Bucket=bucket, Key='bad', Body=b'sum',
            ChecksumSHA256=base64.b64encode(hashlib.sha256(b'other').digest()).decode())
    refused('BadDigest', 400, s3.put_object, Bucket=bucket, Key='bad', Body=b'sum',
            ContentMD5=base64.b64encode(hashlib.md5(b'other').digest()).decode())
    refused('404', 404, s3.head_object, Bucket=bucket, Key='bad')


@check
def s3_conditional_writes():
    bucket = bucket_of('conditional')
    etag = s3.put_object(Bucket=bucket, Key='k', Body=b'1', IfNoneMatch='*')['ETag']
    refused('PreconditionFailed', 412, s3.put_object, Bucket=bucket, Key='k', Body=b'2', IfNoneMatch='*')
    refused('PreconditionFailed', 412, s3.put_object, Bucket=bucket, Key='k', Body=b'2', IfMatch='"other"')
    refused('NoSuchKey', 404, s3.put_object, Bucket=bucket, Key='none', Body=b'2', IfMatch=etag)
    s3.put_object(Bucket=bucket, Key='k', Body=b'2', IfMatch=etag)
    equal(s3.get_object(Bucket=bucket, Key='k')['Body'].read(), b'2')


@check
def s3_multipart():
    bucket = bucket_of('multipart')
    upload = s3.create_multipart_upload(Bucket=bucket, Key='big ü', ContentType='x/y', ChecksumAlgorithm='CRC32')['UploadId']
    bodies = [b'a' * 5 * 1024 * 1024, b'b' * 1000]
    parts = []
    for number, body in enumerate(bodies, 1):
        sent = s3.upload_part(Bucket=bucket, Key='big ü', UploadId=upload, PartNumber=number, Body=body,
                              ChecksumAlgorithm='CRC32')
        parts.append({'PartNumber': number, 'ETag': sent['ETag'], 'ChecksumCRC32': sent['ChecksumCRC32']})
    listed = s3.list_parts(Bucket=bucket, Key='big ü', UploadId=upload)
    equal([(part['PartNumber'], part['Size']) for part in listed['Parts']], [(1, 5242880), (2, 1000)])
    equal([item['Key'] for item in s3.list_multipart_uploads(Bucket=bucket)['Uploads']], ['big ü'])
    refused('InvalidPart', 400, s3.complete_multipart_upload, Bucket=bucket, Key='big ü', UploadId=upload,
            MultipartUpload={'Parts': [{**parts[0], 'ETag': '"00"'}]})
    done = s3.complete_multipart_upload(Bucket=bucket, Key='big ü', UploadId=upload, MultipartUpload={'Parts': parts})
    digest = hashlib.md5(b''.join(hashlib.md5(body).digest() for body in bodies)).hexdigest()
    equal(done['ETag'], f'"{digest}-2"')
    equal(hashlib.md5(s3.get_object(Bucket=bucket, Key='big ü')['Body'].read()).digest(),
          hashlib.md5(b''.join(bodies)).digest())
    equal(s3.head_object(Bucket=bucket, Key='big ü', PartNumber=2)['ContentLength'], 1000)
    other = s3.create_multipart_upload(Bucket=bucket, Key='gone')['UploadId']
    s3.upload_part_copy(Bucket=bucket, Key='gone', UploadId=other, PartNumber=1,
                        CopySource={'Bucket': bucket, 'Key': 'big ü'}, CopySourceRange='bytes=0-9')
    s3.abort_multipart_upload(Bucket=bucket, Key='gone', UploadId=other)
    refused('NoSuchUpload', 404, s3.list_parts, Bucket=bucket, Key='gone', UploadId=other)


@check
def s3_versions():
    bucket = bucket_of('versions')
    equal('Status' in s3.get_bucket_versioning(Bucket=bucket), False)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={'Status': 'Enabled'})
    first = s3.put_object(Bucket=bucket, Key='k', Body=b'1')['VersionId']
    second = s3.put_object(Bucket=bucket, Key='k', Body=b'2')['VersionId']
    gone = s3.delete_object(Bucket=bucket, Key='k')
    equal(gone['DeleteMarker'], True)
    refused('NoSuchKey', 404, s3.get_object, Bucket=bucket, Key='k')
    equal(s3.get_object(Bucket=bucket, Key='k', VersionId=first)['Body'].read(), b'1')
    pages = list(s3.get_paginator('list_object_versions').paginate(Bucket=bucket, PaginationConfig={'PageSize': 1}))
    equal([item['VersionId'] for page in pages for item in page.get('Versions', [])], [second, first])
    equal([item['VersionId'] for page in pages for item in page.get('DeleteMarkers', [])], [gone['VersionId']])
    s3.delete_object(Bucket=bucket, Key='k', VersionId=gone['VersionId'])
    equal(s3.get_object(Bucket=bucket, Key='k')['Body'].read(), b'2')


@check
def s3_settings():
    bucket = bucket_of('settings')
    equal(s3.get_bucket_location(Bucket=bucket).get('LocationConstraint'), None)
    s3.create_bucket(Bucket='settings-eu', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
    equal(s3.get_bucket_location(Bucket='settings-eu')['LocationConstraint'], 'eu-west-1')
    block = dict.fromkeys(('BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'), True)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    equal(s3.get_public_access_block(Bucket=bucket)['PublicAccessBlockConfiguration'], block)
    public = json.dumps({'Version': '2012-10-17', 'Statement': [{
        'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', 'Resource': f'arn:aws:s3:::{bucket}/*'}]})
    refused('AccessDenied', 403, s3.put_bucket_policy, Bucket=bucket, Policy=public)
    s3.put_object(Bucket=bucket, Key='k', Body=b'secret')
    equal(fetch('GET', f'{endpoint}/{bucket}/k')[0], 403)
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    equal(json.loads(s3.get_bucket_policy(Bucket=bucket)['Policy']), json.loads(public))
    equal(s3.get_bucket_policy_status(Bucket=bucket)['PolicyStatus'], {'IsPublic': True})
    equal(fetch('GET', f'{endpoint}/{bucket}/k'), (200, b'secret'))
    refused('NoSuchTagSet', 404, s3.get_bucket_tagging, Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={'TagSet': [{'Key': 'a', 'Value': 'b'}]})
    equal(s3.get_bucket_tagging(Bucket=bucket)['TagSet'], [{'Key': 'a', 'Value': 'b'}])
    cors = {'CORSRules': [{'AllowedMethods': ['GET'], 'AllowedOrigins': ['*'], 'AllowedHeaders': ['a', 'b'],
                           'ExposeHeaders': ['x'], 'MaxAgeSeconds': 5, 'ID': 'i'}]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=cors)
    equal(s3.get_bucket_cors(Bucket=bucket)['CORSRules'], cors['CORSRules'])
    lifecycle = {'Rules': [{'ID': 'l', 'Status': 'Enabled', 'Filter': {'Prefix': 'p/'}, 'Expiration': {'Days': 3},
                            'AbortIncompleteMultipartUpload': {'DaysAfterInitiation': 1}}]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=lifecycle)
    equal(s3.get_bucket_lifecycle_configuration(Bucket=bucket)['Rules'], lifecycle['Rules'])
    equal(s3.get_bucket_encryption(Bucket=bucket)['ServerSideEncryptionConfiguration']['Rules'][0]
          ['ApplyServerSideEncryptionByDefault'], {'SSEAlgorithm': 'AES256'})
    s3.get_bucket_acl(Bucket=bucket)
    s3.get_object_acl(Bucket=bucket, Key='k')
    s3.get_bucket_ownership_controls(Bucket=bucket)
    refused('BucketNotEmpty', 409, s3.delete_bucket, Bucket=bucket)
    equal(bucket in [item['Name'] for item in s3.list_buckets()['Buckets']], True)
    refused('InvalidBucketName', 400, client('s3').create_bucket, Bucket='UPPER.lower')


@check
def s3_presigned():
    bucket = bucket_of('presigned')
    for key in odd_keys:
        put = s3.generate_presigned_url('put_object', {'Bucket': bucket, 'Key': key, 'ContentType': 'text/x'}, 60)
        equal(fetch('PUT', put, b'body', {'Content-Type': 'text/x'})[0], 200, key)
        get = s3.generate_presigned_url('get_object', {'Bucket': bucket, 'Key': key}, 60)
        equal(fetch('GET', get), (200, b'body'), key)
        equal(fetch('GET', get.replace('Expires=60', 'Expires=61'))[0], 403, key)



# Values that the cloud must accept, by member; what is not named here is built from its shape alone.
def build(shape, values, path=()):
    """A value for every member of the shape that `values` does not leave out (None)."""
    at = path[-1] if path else ''
    for key in ('/'.join(path[-2:]), at):
        if key in values:
            return values[key]
    if shape.type_name == 'structure':
        made = {}
        for name, member in shape.members.items():
            value = build(member, values, path + (name,))
            if value is not None:
                made[name] = value
        if 'Quantity' in made:
            made['Quantity'] = len(made.get('Items', []))
        return made
    if shape.type_name == 'list':
        return [build(shape.member, values, path)]
    if shape.type_name == 'boolean':
        return True
    if shape.type_name in ('integer', 'long', 'double', 'float'):
        return 10
    enum = getattr(shape, 'enum', None)
    return enum[0] if enum else f'{at} <&> ü'


def large_config(reference):
    key = cloudfront.create_public_key(PublicKeyConfig={
        'CallerReference': reference, 'Name': reference, 'EncodedKey': public_key})['PublicKey']['Id']
    group = cloudfront.create_key_group(KeyGroupConfig={'Name': reference, 'Items': [key]})['KeyGroup']['Id']
    control = cloudfront.create_origin_access_control(OriginAccessControlConfig={
        'Name': reference, 'OriginAccessControlOriginType': 's3', 'SigningBehavior': 'always',
        'SigningProtocol': 'sigv4'})['OriginAccessControl']['Id']
    left_out = {name: None for name in (
        'VpcOriginConfig', 'OriginMtlsConfig', 'RealtimeLogConfigArn', 'FieldLevelEncryptionId', 'FunctionAssociations',
        'ContinuousDeploymentPolicyId', 'AnycastIpListId', 'TenantConfig', 'ConnectionMode', 'ViewerMtlsConfig',
        'ConnectionFunctionAssociation', 'IAMCertificateId', 'ACMCertificateArn', 'Certificate', 'CertificateSource',
        'SSLSupportMethod', 'MinimumProtocolVersion', 'Aliases', 'GrpcConfig', 'TrustedSigners',
    )}
    values = {
        **left_out, 'CallerReference': reference, 'DefaultRootObject': 'index.html', 'Comment': 'größer <&> "all"',
        'Id': 'one', 'DomainName': 'origin.example.com', 'OriginPath': '/path', 'HTTPPort': 8080, 'HTTPSPort': 8443,
        'ConnectionAttempts': 2, 'ConnectionTimeout': 9, 'OriginShieldRegion': 'us-east-1', 'HeaderName': 'X-Tag',
        'HeaderValue': 'value <&>', 'S3OriginConfig': None, 'OriginAccessControlId': None, 'OriginSslProtocols':
        {'Quantity': 2, 'Items': ['TLSv1.1', 'TLSv1.2']}, 'StatusCodes': {'Quantity': 2, 'Items': [500, 503]},
        'Members': {'Quantity': 2, 'Items': [{'OriginId': 'one'}, {'OriginId': 's3'}]},
        'ResponseCompletionTimeout': 60,
        'TargetOriginId': 'group', 'TrustedKeyGroups': {'Enabled': True, 'Quantity': 1, 'Items': [group]},
        'AllowedMethods': {'Quantity': 3, 'Items': ['GET', 'HEAD', 'OPTIONS'],
                           'CachedMethods': {'Quantity': 3, 'Items': ['GET', 'HEAD', 'OPTIONS']}},
        'LambdaFunctionARN': 'arn:aws:lambda:us-east-1:000000000000:function:edge:7', 'EventType': 'origin-request',
        'CachePolicyId': None, 'OriginRequestPolicyId': None,
        'ResponseHeadersPolicyId': '67f7725c-6f97-4210-82d7-5512b31e9d03',
        'Forward': 'whitelist', 'MinTTL': 1, 'DefaultTTL': 2, 'MaxTTL': 3, 'PathPattern': 'img/*.jpg',
        'ErrorCode': 404, 'ResponsePagePath': '/404.html', 'ResponseCode': '200',
        'Logging': {'Enabled': True, 'IncludeCookies': True, 'Bucket': 'logs.s3.amazonaws.com', 'Prefix': 'p/'},
        'ViewerCertificate': {'CloudFrontDefaultCertificate': True, 'MinimumProtocolVersion': 'TLSv1',
                              'CertificateSource': 'cloudfront', 'SSLSupportMethod': 'vip'},
        'RestrictionType': 'whitelist', 'GeoRestriction/Items': ['DE', 'FR'], 'Staging': False, 'HttpVersion': 'http2and3',
        'WebACLId': 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/name/473e64fd-f30b-4765-81a0-62ad96dd167a',
    }
    config = build(cloudfront.meta.service_model.shape_for('DistributionConfig'), values)
    bucket_origin = {**config['Origins']['Items'][0], 'Id': 's3', 'DomainName': 'settings.s3.us-east-1.amazonaws.com',
                     'S3OriginConfig': {'OriginAccessIdentity': '', 'OriginReadTimeout': 20},
                     'OriginAccessControlId': control}
    del bucket_origin['CustomOriginConfig']
    config['Origins'] = {'Quantity': 2, 'Items': [{**config['Origins']['Items'][0], 'OriginAccessControlId': ''},
                                                 bucket_origin]}
    config['OriginGroups']['Items'][0]['Id'] = 'group'
    policies = {'CachePolicyId': '658327ea-f89d-4fab-a63d-7e88639e58f6',
                'OriginRequestPolicyId': '216adef6-5c7f-47e4-b989-5492eafa07d3'}
    with_policies = {name: value for name, value in config['CacheBehaviors']['Items'][0].items()
                     if name not in ('ForwardedValues', 'MinTTL', 'DefaultTTL', 'MaxTTL')}
    config['CacheBehaviors'] = {'Quantity': 2, 'Items': [
        config['CacheBehaviors']['Items'][0], {**with_policies, **policies, 'PathPattern': '*.js', 'TargetOriginId': 's3'}]}
    return config


public_key = '''-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo
4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u
+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyeh
kd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ
0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdg
cKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbc
mwIDAQAB
-----END PUBLIC KEY-----
'''


def missing(given, kept, path=''):
    """Where `kept` lacks or changes something of `given`."""
    if isinstance(given, dict):
        for name, value in given.items():
            if not isinstance(kept, dict) or name not in kept:
                yield f'{path}.{name} is missing'
            else:
                yield from missing(value, kept[name], f'{path}.{name}')
    elif isinstance(given, list):
        if len(given) != len(kept):
            yield f'{path} has {len(kept)} items instead of {len(given)}'
        for at, (one, other) in enumerate(zip(given, kept)):
            yield from missing(one, other, f'{path}[{at}]')
    elif given != kept:
        yield f'{path} is {kept!r} instead of {given!r}'


@check
def cloudfront_large_config():
    config = large_config('large')
    made = cloudfront.create_distribution(DistributionConfig=config)
    differences = list(missing(config, made['Distribution']['DistributionConfig']))
    equal(differences, [], 'answer to create')
    at = made['Distribution']['Id']
    equal(made['Location'].endswith(f'/distribution/{at}'), True, 'Location')
    cloudfront.get_waiter('distribution_deployed').wait(Id=at, WaiterConfig={'Delay': 1, 'MaxAttempts': 20})
    got = cloudfront.get_distribution_config(Id=at)
    equal(list(missing(config, got['DistributionConfig'])), [], 'config')
    again = cloudfront.update_distribution(Id=at, IfMatch=got['ETag'], DistributionConfig=got['DistributionConfig'])
    equal(again['Distribution']['DistributionConfig'], got['DistributionConfig'], 'update with what was answered')
    refused('PreconditionFailed', 412, cloudfront.update_distribution, Id=at, IfMatch=got['ETag'],
            DistributionConfig=got['DistributionConfig'])
    refused('InvalidIfMatchVersion', 400, cloudfront.update_distribution, Id=at,
            DistributionConfig=got['DistributionConfig'])
    refused('DistributionNotDisabled', 409, cloudfront.delete_distribution, Id=at, IfMatch=again['ETag'])
    refused('DistributionAlreadyExists', 409, cloudfront.create_distribution,
            DistributionConfig={**config, 'Comment': 'other'})


def small_config(reference):
    return {
        'CallerReference': reference, 'Comment': '', 'Enabled': False,
        'Origins': {'Quantity': 1, 'Items': [{'Id': 'o', 'DomainName': 'example.com', 'CustomOriginConfig': {
            'HTTPPort': 80, 'HTTPSPort': 443, 'OriginProtocolPolicy': 'http-only'}}]},
        'DefaultCacheBehavior': {'TargetOriginId': 'o', 'ViewerProtocolPolicy': 'allow-all',
                                 'CachePolicyId': '658327ea-f89d-4fab-a63d-7e88639e58f6'},
    }


@check
def cloudfront_pages_tags_and_deletes():
    tags = {'Items': [{'Key': 'a', 'Value': 'b'}, {'Key': 'ü', 'Value': ''}]}
    made = [cloudfront.create_distribution_with_tags(DistributionConfigWithTags={
        'DistributionConfig': small_config(f'page {number}'), 'Tags': tags})['Distribution'] for number in range(5)]
    pages = list(cloudfront.get_paginator('list_distributions').paginate(PaginationConfig={'PageSize': 2}))
    listed = [item['Id'] for page in pages for item in page['DistributionList'].get('Items', [])]
    equal(len(pages) > 2 and {item['Id'] for item in made} <= set(listed) and len(set(listed)) == len(listed), True)
    arn = made[0]['ARN']
    equal(cloudfront.list_tags_for_resource(Resource=arn)['Tags']['Items'], tags['Items'])
    cloudfront.tag_resource(Resource=arn, Tags={'Items': [{'Key': 'c', 'Value': 'd'}]})
    cloudfront.untag_resource(Resource=arn, TagKeys={'Items': ['a', 'ü']})
    equal(cloudfront.list_tags_for_resource(Resource=arn)['Tags']['Items'], [{'Key': 'c', 'Value': 'd'}])
    for item in made:
        cloudfront.get_waiter('distribution_deployed').wait(Id=item['Id'], WaiterConfig={'Delay': 1, 'MaxAttempts': 20})
        cloudfront.delete_distribution(Id=item['Id'], IfMatch=cloudfront.get_distribution(Id=item['Id'])['ETag'])
    refused('NoSuchDistribution', 404, cloudfront.get_distribution, Id=made[0]['Id'])


@check
def cloudfront_policies():
    def items(*names):
        return {'Quantity': len(names), 'Items': list(names)}
    parameters = {
        'EnableAcceptEncodingGzip': True, 'EnableAcceptEncodingBrotli': False,
        'HeadersConfig': {'HeaderBehavior': 'whitelist', 'Headers': items('X-One')},
        'CookiesConfig': {'CookieBehavior': 'allExcept', 'Cookies': items('c')},
        'QueryStringsConfig': {'QueryStringBehavior': 'whitelist', 'QueryStrings': items('q', 'r')}}
    configs = {
        'cache_policy': {'Name': 'c', 'Comment': 'ü', 'DefaultTTL': 2, 'MaxTTL': 3, 'MinTTL': 1,
                         'ParametersInCacheKeyAndForwardedToOrigin': parameters},
        'origin_request_policy': {'Name': 'o', 'Comment': '<>', 'HeadersConfig': {
            'HeaderBehavior': 'allViewerAndWhitelistCloudFront', 'Headers': items('CloudFront-Viewer-Country')},
            'CookiesConfig': {'CookieBehavior': 'all'}, 'QueryStringsConfig': {'QueryStringBehavior': 'none'}},
        'response_headers_policy': {
            'Name': 'r', 'Comment': '', 'CorsConfig': {
                'AccessControlAllowOrigins': items('https://a.example', '*.b.example'),
                'AccessControlAllowHeaders': items('*'), 'AccessControlAllowMethods': items('GET', 'PUT'),
                'AccessControlAllowCredentials': False, 'AccessControlExposeHeaders': items('x'),
                'AccessControlMaxAgeSec': 5, 'OriginOverride': True},
            'SecurityHeadersConfig': {
                'XSSProtection': {'Override': True, 'Protection': True, 'ModeBlock': True},
                'FrameOptions': {'Override': True, 'FrameOption': 'DENY'},
                'ReferrerPolicy': {'Override': False, 'ReferrerPolicy': 'origin'},
                'ContentSecurityPolicy': {'Override': True, 'ContentSecurityPolicy': "default-src 'self'; a <&>"},
                'ContentTypeOptions': {'Override': True},
                'StrictTransportSecurity': {'Override': True, 'IncludeSubdomains': True, 'Preload': True,
                                            'AccessControlMaxAgeSec': 9}},
            'ServerTimingHeadersConfig': {'Enabled': True, 'SamplingRate': 12.5},
            'CustomHeadersConfig': {'Quantity': 1, 'Items': [{'Header': 'X-A', 'Value': 'b', 'Override': False}]},
            'RemoveHeadersConfig': {'Quantity': 1, 'Items': [{'Header': 'X-Powered-By'}]}},
    }
    for name, config in configs.items():
        camel = ''.join(word.capitalize() for word in name.split('_'))
        call = lambda verb, suffix='', **arguments: getattr(cloudfront, f'{verb}_{name}{suffix}')(**arguments)
        made = call('create', **{f'{camel}Config': config})
        at = made[camel]['Id']
        equal(list(missing(config, made[camel][f'{camel}Config'])), [], name)
        got = call('get', '_config', Id=at)
        equal(list(missing(config, got[f'{camel}Config'])), [], name)
        refused('PreconditionFailed', 412, getattr(cloudfront, f'update_{name}'), Id=at, IfMatch='E0000000000000',
                **{f'{camel}Config': config})
        again = call('update', Id=at, IfMatch=got['ETag'], **{f'{camel}Config': {**config, 'Comment': 'new'}})
        plural = {'cache_policy': 'cache_policies', 'origin_request_policy': 'origin_request_policies',
                  'response_headers_policy': 'response_headers_policies'}[name]
        for kind, least in (('managed', 5), ('custom', 1)):
            listed = getattr(cloudfront, f'list_{plural}')(Type=kind)[f'{camel}List']
            equal(listed['Quantity'] >= least and all(item['Type'] == kind for item in listed['Items']), True, name)
        call('delete', Id=at, IfMatch=again['ETag'])
        refused({'cache_policy': 'NoSuchCachePolicy', 'origin_request_policy': 'NoSuchOriginRequestPolicy',
                 'response_headers_policy': 'NoSuchResponseHeadersPolicy'}[name], 404, getattr(cloudfront, f'get_{name}'), Id=at)


@check
def cloudfront_functions():
    code = 'function handler(event) { console.log("ü"); return event.request; }'.encode()
    config = {'Comment': '<&> ü', 'Runtime': 'cloudfront-js-2.0'}
    made = cloudfront.create_function(Name='f_1', FunctionConfig=config, FunctionCode=code,
                                      Tags={'Items': [{'Key': 'a', 'Value': 'b'}]})
    summary = made['FunctionSummary']
    arn = summary['FunctionMetadata']['FunctionARN']
    equal((summary['Name'], summary['Status'], summary['FunctionConfig']), ('f_1', 'UNPUBLISHED', config))
    equal(cloudfront.list_tags_for_resource(Resource=arn)['Tags']['Items'], [{'Key': 'a', 'Value': 'b'}])
    refused('FunctionAlreadyExists', 409, cloudfront.create_function, Name='f_1', FunctionConfig=config, FunctionCode=code)
    refused('FunctionSizeLimitExceeded', 413, cloudfront.create_function, Name='f_2', FunctionConfig=config,
            FunctionCode=b'x' * 10241)
    got = cloudfront.get_function(Name='f_1')
    equal((got['FunctionCode'].read(), got['ETag']), (code, made['ETag']))
    updated = cloudfront.update_function(Name='f_1', IfMatch=made['ETag'], FunctionConfig=config, FunctionCode=code + b' ')
    refused('PreconditionFailed', 412, cloudfront.publish_function, Name='f_1', IfMatch=made['ETag'])
    tested = cloudfront.test_function(
        Name='f_1', IfMatch=updated['ETag'], Stage='DEVELOPMENT',
        EventObject=json.dumps({'request': {'uri': '/<ü>'}}).encode())['TestResult']
    equal((json.loads(tested['FunctionOutput']), tested['FunctionExecutionLogs'], tested['FunctionErrorMessage']),
          ({'request': {'uri': '/<ü>'}}, ['ü'], ''))
    refused('NoSuchFunctionExists', 404, cloudfront.describe_function, Name='f_1', Stage='LIVE')
    published = cloudfront.publish_function(Name='f_1', IfMatch=updated['ETag'])['FunctionSummary']
    equal((published['FunctionMetadata']['Stage'], published['Status']), ('LIVE', 'UNASSOCIATED'))
    listed = cloudfront.list_functions(MaxItems='100')['FunctionList']
    equal([item['FunctionMetadata']['Stage'] for item in listed['Items'] if item['Name'] == 'f_1'], ['DEVELOPMENT', 'LIVE'])
    equal(listed['Quantity'], len(listed['Items']))
    cloudfront.delete_function(Name='f_1', IfMatch=cloudfront.describe_function(Name='f_1')['ETag'])
    refused('NoSuchFunctionExists', 404, cloudfront.get_function, Name='f_1')


@check
def cloudfront_origin_access():
    config = {'Name': 'oac', 'Description': 'ü <&>', 'SigningProtocol': 'sigv4', 'SigningBehavior': 'no-override',
              'OriginAccessControlOriginType': 's3'}
    made = cloudfront.create_origin_access_control(OriginAccessControlConfig=config)
    at = made['OriginAccessControl']['Id']
    equal(cloudfront.get_origin_access_control(Id=at)['OriginAccessControl']['OriginAccessControlConfig'], config)
    changed = {**config, 'SigningBehavior': 'never'}
    updated = cloudfront.update_origin_access_control(Id=at, IfMatch=made['ETag'], OriginAccessControlConfig=changed)
    equal(cloudfront.get_origin_access_control_config(Id=at)['OriginAccessControlConfig'], changed)
    listed = cloudfront.list_origin_access_controls(MaxItems='1')['OriginAccessControlList']
    equal((listed['Quantity'], listed['MaxItems']), (1, 1))
    refused('OriginAccessControlAlreadyExists', 409, cloudfront.create_origin_access_control, OriginAccessControlConfig=config)
    cloudfront.delete_origin_access_control(Id=at, IfMatch=updated['ETag'])
    identity = cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig={'CallerReference': 'r', 'Comment': 'c'})
    equal(len(identity['CloudFrontOriginAccessIdentity']['S3CanonicalUserId']) > 0, True)
    cloudfront.list_cloud_front_origin_access_identities()


@check
def cloudfront_invalidations():
    at = cloudfront.create_distribution(DistributionConfig=small_config('invalidated'))['Distribution']['Id']
    batch = {'Paths': {'Quantity': 2, 'Items': ['/a%20b', '/x/*']}, 'CallerReference': 'one'}
    made = cloudfront.create_invalidation(DistributionId=at, InvalidationBatch=batch)['Invalidation']
    equal((made['InvalidationBatch'], made['Status']), (batch, 'InProgress'))
    cloudfront.get_waiter('invalidation_completed').wait(
        DistributionId=at, Id=made['Id'], WaiterConfig={'Delay': 1, 'MaxAttempts': 20})
    equal(cloudfront.create_invalidation(DistributionId=at, InvalidationBatch=batch)['Invalidation']['Id'], made['Id'])
    for number in range(3):
        cloudfront.create_invalidation(DistributionId=at, InvalidationBatch={**batch, 'CallerReference': str(number)})
    pages = cloudfront.get_paginator('list_invalidations').paginate(DistributionId=at, PaginationConfig={'PageSize': 3})
    equal(len([item for page in pages for item in page['InvalidationList'].get('Items', [])]), 4)
    refused('InconsistentQuantities', 400, cloudfront.create_invalidation, DistributionId=at,
            InvalidationBatch={'Paths': {'Quantity': 3, 'Items': ['/a']}, 'CallerReference': 'x'})
    refused('InvalidArgument', 400, cloudfront.create_invalidation, DistributionId=at,
            InvalidationBatch={'Paths': {'Quantity': 1, 'Items': ['a']}, 'CallerReference': 'x'})
    refused('NoSuchInvalidation', 404, cloudfront.get_invalidation, DistributionId=at, Id='I0')


@check
def acm_and_route53():
    zone = route53.create_hosted_zone(Name='example.com', CallerReference=str(uuid.uuid4()))
    at = zone['HostedZone']['Id']
    equal(len(zone['DelegationSet']['NameServers']), 4)
    arn = acm.request_certificate(
        DomainName='example.com', SubjectAlternativeNames=['*.example.com'], ValidationMethod='DNS',
        IdempotencyToken='token', Tags=[{'Key': 'a', 'Value': 'b'}])['CertificateArn']
    certificate = acm.describe_certificate(CertificateArn=arn)['Certificate']
    equal((certificate['Status'], certificate['DomainName']), ('PENDING_VALIDATION', 'example.com'))
    record = certificate['DomainValidationOptions'][0]['ResourceRecord']
    change = route53.change_resource_record_sets(HostedZoneId=at, ChangeBatch={'Comment': 'ü', 'Changes': [
        {'Action': 'UPSERT', 'ResourceRecordSet': {'Name': record['Name'], 'Type': 'CNAME', 'TTL': 60,
                                                  'ResourceRecords': [{'Value': record['Value']}]}},
        {'Action': 'CREATE', 'ResourceRecordSet': {'Name': 'txt.example.com', 'Type': 'TXT', 'TTL': 60,
                                                  'ResourceRecords': [{'Value': '"a <&> b"'}, {'Value': '"c"'}]}},
    ]})['ChangeInfo']
    route53.get_waiter('resource_record_sets_changed').wait(Id=change['Id'], WaiterConfig={'Delay': 1, 'MaxAttempts': 90})
    acm.get_waiter('certificate_validated').wait(CertificateArn=arn, WaiterConfig={'Delay': 1, 'MaxAttempts': 90})
    equal(acm.describe_certificate(CertificateArn=arn)['Certificate']['Status'], 'ISSUED')
    equal(arn in [item['CertificateArn'] for item in acm.list_certificates()['CertificateSummaryList']], True)
    equal(acm.list_tags_for_certificate(CertificateArn=arn)['Tags'], [{'Key': 'a', 'Value': 'b'}])
    pages = route53.get_paginator('list_resource_record_sets').paginate(HostedZoneId=at, PaginationConfig={'PageSize': 1})
    records = {(item['Name'], item['Type']): item for page in pages for item in page['ResourceRecordSets']}
    equal(records[('txt.example.com.', 'TXT')]['ResourceRecords'], [{'Value': '"a <&> b"'}, {'Value': '"c"'}])
    equal({kind for _, kind in records}, {'NS', 'SOA', 'CNAME', 'TXT'})
    refused('InvalidChangeBatch', 400, route53.change_resource_record_sets, HostedZoneId=at, ChangeBatch={'Changes': [
        {'Action': 'CREATE', 'ResourceRecordSet': {'Name': 'txt.example.com', 'Type': 'TXT', 'TTL': 60,
                                                  'ResourceRecords': [{'Value': '"again"'}]}}]})
    refused('HostedZoneNotEmpty', 400, route53.delete_hosted_zone, Id=at)
    refused('ResourceNotFoundException', 400, acm.describe_certificate, CertificateArn=arn[:-12] + '000000000000')
    route53.list_hosted_zones()
    route53.list_hosted_zones_by_name(DNSName='example.com')
    acm.delete_certificate(CertificateArn=arn)


for function in checks:
    try:
        function()
        failure = None
    except Exception:
        failure = traceback.format_exc()
    print(json.dumps({'check': function.__name__, 'failure': failure}), flush=True)
