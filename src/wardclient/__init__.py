"""wardclient: the workstation of the integrated-service corner (一体的実施コーナー)."""

__version__ = "0.1.0"
