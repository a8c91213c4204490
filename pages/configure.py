"""Configure: how should it learn?"""

from __future__ import annotations

import streamlit as st

from ui import actions, navigation, services
from ui.components import backbone_picker, preset_cards, settings_form, start_bar

DEFAULT_BACKBONE = "efficientnet_lite0"

st.title("How should it learn?", anchor=False)
project = navigation.needed_project()
dataset = navigation.needed_trainable(project)

preset = preset_cards.show()
summary = st.container()

with st.expander("Advanced: every setting", icon=":material/tune:"):
    st.caption("The preset has chosen all of this for your pictures. Nothing here has to be changed.")
    spec = backbone_picker.show(services.backbones(), default=DEFAULT_BACKBONE)
    plan = services.plan(preset, project.id, backbone=spec.key if spec else DEFAULT_BACKBONE)
    config = settings_form.show(plan, spec, key=f"{dataset.id}_{preset}_{plan.backbone}")

with summary:
    started = start_bar.show(
        services.plan_in_words(config),
        problems=config.problems(),
        under_way=services.active_job(),
    )
    if started:
        actions.start(project.id, config, preset=preset if config == plan else None)
