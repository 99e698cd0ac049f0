"""Origin access identities: the older way for CloudFront to read a private bucket."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.services.cloudfront.operations import URL, Operations, check_match, required
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, Versioned, items, new_id, paginate

_MISSING = "NoSuchCloudFrontOriginAccessIdentity"
_PATH = "origin-access-identity/cloudfront"


class IdentityOperations(Operations):
    """Create, get, list, update and delete origin access identities."""

    def answer_create_cloud_front_origin_access_identity(self, call: Call) -> dict[str, Any]:
        """Create an identity. The same caller reference and comment return the existing one."""
        config = call.parameters["CloudFrontOriginAccessIdentityConfig"]
        required(config, "CallerReference", "Comment")
        held = self.same_name(self.store.identities, config["CallerReference"], member="CallerReference")
        if held and held.config != config:
            raise refusal("CloudFrontOriginAccessIdentityAlreadyExists")
        identity = held or Versioned(new_id(), {**config}, modified=self.now)
        self.store.identities[identity.id] = identity
        return {**_shown(identity), "Location": f"{URL}/{_PATH}/{identity.id}", "ETag": identity.etag}

    def answer_get_cloud_front_origin_access_identity(self, call: Call) -> dict[str, Any]:
        """Show one identity."""
        identity = self._identity(call)
        return {**_shown(identity), "ETag": identity.etag}

    def answer_get_cloud_front_origin_access_identity_config(self, call: Call) -> dict[str, Any]:
        """Show one identity's configuration."""
        identity = self._identity(call)
        return {"CloudFrontOriginAccessIdentityConfig": identity.config, "ETag": identity.etag}

    def answer_list_cloud_front_origin_access_identities(self, call: Call) -> dict[str, Any]:
        """List the identities."""
        page = paginate(list(self.store.identities.values()), call.parameters, key=lambda i: i.id, render=_summary)
        return {"CloudFrontOriginAccessIdentityList": page}

    def answer_update_cloud_front_origin_access_identity(self, call: Call) -> dict[str, Any]:
        """Change the comment. Nothing else may change."""
        identity, config = self._identity(call), call.parameters["CloudFrontOriginAccessIdentityConfig"]
        check_match(call.parameters, identity)
        required(config, "CallerReference", "Comment")
        if config["CallerReference"] != identity.config["CallerReference"]:
            raise refusal("IllegalUpdate")
        identity.replace({**config}, self.now)
        return {**_shown(identity), "ETag": identity.etag}

    def answer_delete_cloud_front_origin_access_identity(self, call: Call) -> dict[str, Any]:
        """Delete an identity that no distribution uses."""
        identity = self._identity(call)
        check_match(call.parameters, identity)
        reference = f"{_PATH}/{identity.id}"
        if any(reference in identities_of(d.config) for d in self.store.distributions.values()):
            raise refusal("CloudFrontOriginAccessIdentityInUse")
        del self.store.identities[identity.id]
        return {}

    def _identity(self, call: Call) -> Versioned:
        return self.find(self.store.identities, call.parameters.get("Id"), _MISSING)


def identities_of(config: Config) -> set[str]:
    """References to origin access identities in a distribution's configuration."""
    origins = items(config.get("Origins"))
    return {origin.get("S3OriginConfig", {}).get("OriginAccessIdentity", "") for origin in origins} - {""}


def _canonical_user(identity: Versioned) -> str:
    # A canonical user id has 96 hexadecimal digits. It is derived from the id, so it never changes.
    return identity.id.encode().hex().ljust(96, "0")


def _shown(identity: Versioned) -> Config:
    shown = {
        "Id": identity.id,
        "S3CanonicalUserId": _canonical_user(identity),
        "CloudFrontOriginAccessIdentityConfig": identity.config,
    }
    return {"CloudFrontOriginAccessIdentity": shown}


def _summary(identity: Versioned) -> Config:
    return {
        "Id": identity.id,
        "S3CanonicalUserId": _canonical_user(identity),
        "Comment": identity.config["Comment"],
    }
