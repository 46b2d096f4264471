namespace Bridge.Adapter.Settings;

/// <summary>The settings file cannot be used; says every reason at once, so that it is edited once.</summary>
internal sealed class SettingsException(IReadOnlyList<SettingsProblem> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<SettingsProblem> Problems { get; } = problems;
}
