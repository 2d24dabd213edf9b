"""Signs with botocore's CloudFrontSigner, which nobody here wrote: JSON lines in, one URL a line out.

Usage: foreign_check.py KEY.pem KEY_PAIR_ID < requests
A request: {"url", "resource", "expires", "starts"?, "ip"?, "custom"}, times in epoch seconds.
"""
import datetime
import json
import sys

from botocore.signers import CloudFrontSigner

key = open(sys.argv[1], 'rb').read()
try:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding

    private = serialization.load_pem_private_key(key, None)

    def sign(message):
        return private.sign(message, padding.PKCS1v15(), hashes.SHA1())
except ImportError:
    import rsa

    private = rsa.PrivateKey.load_pkcs1(key)

    def sign(message):
        return rsa.sign(message, private, 'SHA-1')


def time(seconds):
    if seconds is None:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


signer = CloudFrontSigner(sys.argv[2], sign)
for line in sys.stdin:
    request = json.loads(line)
    expires = time(request['expires'])
    if request['custom']:
        policy = signer.build_policy(
            request['resource'], expires, time(request.get('starts')), request.get('ip')
        )
        print(signer.generate_presigned_url(request['url'], policy=policy))
    else:
        print(signer.generate_presigned_url(request['url'], date_less_than=expires))
