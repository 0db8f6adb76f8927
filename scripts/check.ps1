# What a machine can say about the source without running it: format, lint, types, directions of imports.
$root = Split-Path -Parent $PSScriptRoot
& "$PSScriptRoot\setup.ps1" dev
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& "$root\.venv\Scripts\python.exe" "$PSScriptRoot\checks.py"
exit $LASTEXITCODE
