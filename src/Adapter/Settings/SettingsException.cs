using YamlDotNet.Core;

namespace Bridge.Adapter.Settings;

/// <summary>The settings file is invalid. The message lists every problem, so that one edit suffices.</summary>
internal sealed class SettingsException(IReadOnlyList<SettingsProblem> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<SettingsProblem> Problems { get; } = problems;
}

/// <summary>One mistake in a settings file. Line and column count from 1; line 0 means the file as a whole.</summary>
internal sealed record SettingsProblem(string File, long Line, long Column, string Message)
{
    /// <summary>The form editors and terminals make clickable.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Collects the problems of one file while it is read to its end.</summary>
internal sealed class SettingsProblems(string file)
{
    private readonly List<SettingsProblem> _found = [];

    public IReadOnlyList<SettingsProblem> Found => _found;

    public void Add(Mark position, string message) => _found.Add(new SettingsProblem(file, position.Line, position.Column, message));
}
