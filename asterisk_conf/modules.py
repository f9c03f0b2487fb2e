"""The Asterisk modules this dialplan uses, in no particular order: Asterisk sorts out the dependencies."""

from __future__ import annotations

from core.settings import Settings
from core.trunks import E1Trunk, SipTrunk

_SIP = """
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_pjsip res_pjsip_session chan_pjsip
res_pjsip_acl res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_dtmf_info
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_header_funcs
res_pjsip_nat res_pjsip_pubsub res_pjsip_refer res_pjsip_registrar res_pjsip_rfc3326 res_pjsip_sdp_rtp
res_pjsip_transport_websocket res_http_websocket res_rtp_asterisk res_srtp res_crypto
func_pjsip_aor func_pjsip_contact func_pjsip_endpoint
"""
#: No bridge that passes packets through: docs/decisions/0013-all-bridges-mix.md.
_MEDIA = """
codec_alaw codec_ulaw codec_g722 codec_resample codec_opus_open_source res_format_attr_opus
format_pcm format_sln format_wav res_musiconhold res_timing_timerfd
bridge_holding bridge_softmix bridge_builtin_features
"""
_DIALPLAN = """
app_amd app_bridgewait app_celgenuserevent app_channelredirect app_chanspy app_confbridge app_dial
app_exec app_mixmonitor app_playback app_playtones app_queue app_read app_record app_softhangup app_stack
app_userevent cel_custom func_callerid func_channel func_cut func_devstate func_dialplan func_env
func_extstate func_global func_groupcount func_logic func_periodic_hook func_strings func_uri pbx_config
res_agi res_cdrel_custom res_manager_devicestate res_speech
"""

_REGISTRATION = "res_pjsip_outbound_authenticator_digest", "res_pjsip_outbound_registration"
_E1 = ("chan_dahdi",)

#: Loaded whatever the trunks are.
MODULES: tuple[str, ...] = tuple(sorted((_SIP + _MEDIA + _DIALPLAN).split()))


def modules(settings: Settings) -> tuple[str, ...]:
    """What these trunks need, and no more."""
    trunks = settings.trunk_table.values()
    wanted = list(MODULES)
    if any(isinstance(trunk, SipTrunk) and trunk.user for trunk in trunks):
        wanted += _REGISTRATION
    if any(isinstance(trunk, E1Trunk) for trunk in trunks):
        wanted += _E1
    return tuple(sorted(wanted))
