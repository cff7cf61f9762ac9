"""Envelopes that only the server opens: sealed on a phone with a public key, so that whoever holds the phone cannot read them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ciyou.core.errors import Place, Problem, VaultError

_CURVE = ec.SECP256R1()
_INFO = b"ciyou.envelope.1"
_KEY_BYTES = _PRIVATE_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Envelope:
    """A sealed text: the sender's one-time public key (an uncompressed point, 65 bytes), nonce (12), ciphertext with tag."""

    sender: bytes
    nonce: bytes
    cipher: bytes


def new_pair() -> tuple[bytes, bytes]:
    """A new key pair on P-256: the private number (32 bytes) and the public point (65 bytes)."""
    private = ec.generate_private_key(_CURVE)
    number = private.private_numbers().private_value.to_bytes(_PRIVATE_BYTES, "big")
    return number, _point(private.public_key())


def seal_envelope(public: bytes, plain: bytes, *, salt: bytes, context: str) -> Envelope:
    """Seal for the holder of the private key (ECDH on P-256, HKDF-SHA256 with this salt, AES-256-GCM bound to this context)."""
    sender = ec.generate_private_key(_CURVE)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)
    nonce = os.urandom(_NONCE_BYTES)
    cipher = _cipher(sender.exchange(ec.ECDH(), receiver), salt).encrypt(nonce, plain, context.encode())
    return Envelope(_point(sender.public_key()), nonce, cipher)


def open_envelope(private: bytes, envelope: Envelope, *, salt: bytes, context: str) -> bytes:
    """What was sealed; raises VaultError when it was changed, was sealed for somebody else, or stands where it does not belong."""
    try:
        own = ec.derive_private_key(int.from_bytes(private, "big"), _CURVE)
        sender = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, envelope.sender)
        return _cipher(own.exchange(ec.ECDH(), sender), salt).decrypt(envelope.nonce, envelope.cipher, context.encode())
    except (InvalidTag, ValueError) as error:
        raise VaultError(
            Problem(
                Place(),
                "vault.envelope",
                "一件手机上封存的内容无法打开：它被改动过，或不是封给本系统的。原件已保留。",
                "Something sealed on a phone cannot be opened: it was changed, or not sealed for this system. It is kept as it came.",
            )
        ) from error


def _cipher(shared: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=salt, info=_INFO).derive(shared))


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
