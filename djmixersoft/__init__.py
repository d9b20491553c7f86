"""DJMixerSoft: a mixing studio whose privacy policy is its access control."""
