"""Origin access controls: the newer way for CloudFront to sign its requests to a bucket."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.services.cloudfront.operations import URL, Operations, check_match, required
from local_cloud.services.cloudfront.refusals import invalid, not_done, refusal
from local_cloud.services.cloudfront.store import Config, Versioned, items, new_id, paginate

_MISSING = "NoSuchOriginAccessControl"


class AccessControlOperations(Operations):
    """Create, get, list, update and delete origin access controls."""

    def answer_create_origin_access_control(self, call: Call) -> dict[str, Any]:
        """Create an origin access control. Its name must be unused."""
        config = self._checked_control(call)
        control = Versioned(new_id(), config, modified=self.now)
        self.store.access_controls[control.id] = control
        return {**_shown(control), "Location": f"{URL}/origin-access-control/{control.id}", "ETag": control.etag}

    def answer_get_origin_access_control(self, call: Call) -> dict[str, Any]:
        """Show one origin access control."""
        control = self._control(call)
        return {**_shown(control), "ETag": control.etag}

    def answer_get_origin_access_control_config(self, call: Call) -> dict[str, Any]:
        """Show one origin access control's configuration."""
        control = self._control(call)
        return {"OriginAccessControlConfig": control.config, "ETag": control.etag}

    def answer_list_origin_access_controls(self, call: Call) -> dict[str, Any]:
        """List the origin access controls."""
        held = list(self.store.access_controls.values())
        page = paginate(held, call.parameters, key=lambda c: c.id, render=lambda c: {"Id": c.id, **c.config})
        return {"OriginAccessControlList": page}

    def answer_update_origin_access_control(self, call: Call) -> dict[str, Any]:
        """Replace the configuration."""
        control = self._control(call)
        check_match(call.parameters, control)
        control.replace(self._checked_control(call, but=control.id), self.now)
        return {**_shown(control), "ETag": control.etag}

    def answer_delete_origin_access_control(self, call: Call) -> dict[str, Any]:
        """Delete an origin access control that no distribution uses."""
        control = self._control(call)
        check_match(call.parameters, control)
        if any(control.id in access_controls_of(d.config) for d in self.store.distributions.values()):
            raise refusal("OriginAccessControlInUse")
        del self.store.access_controls[control.id]
        return {}

    def _checked_control(self, call: Call, *, but: str = "") -> Config:
        config: Config = {"Description": "", **call.parameters["OriginAccessControlConfig"]}
        required(config, "Name", "SigningProtocol", "SigningBehavior", "OriginAccessControlOriginType")
        if not 1 <= len(config["Name"]) <= 64:
            raise invalid("The parameter Name is empty or too long.")
        if config["SigningBehavior"] != "always":  # the edge always signs, or never without an access control
            raise not_done(f"the signing behavior {config['SigningBehavior']}")
        if self.same_name(self.store.access_controls, config["Name"], but=but):
            raise refusal("OriginAccessControlAlreadyExists")
        return config

    def _control(self, call: Call) -> Versioned:
        return self.find(self.store.access_controls, call.parameters.get("Id"), _MISSING)


def access_controls_of(config: Config) -> set[str]:
    """Ids of origin access controls in a distribution's configuration."""
    return {origin.get("OriginAccessControlId") or "" for origin in items(config.get("Origins"))} - {""}


def _shown(control: Versioned) -> Config:
    return {"OriginAccessControl": {"Id": control.id, "OriginAccessControlConfig": control.config}}
