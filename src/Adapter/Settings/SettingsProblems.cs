using YamlDotNet.Core;

namespace Bridge.Adapter.Settings;

/// <summary>Collects what is wrong with one file while it is read to its end.</summary>
internal sealed class SettingsProblems(string file)
{
    private readonly List<SettingsProblem> _found = [];

    public IReadOnlyList<SettingsProblem> Found => _found;

    public void Add(Mark position, string message) => _found.Add(new SettingsProblem(file, position.Line, position.Column, message));
}
