namespace Bridge.Adapter.Settings;

/// <summary>One mistake in a settings file. Line and column count from 1; line 0 means the file as a whole.</summary>
internal sealed record SettingsProblem(string File, long Line, long Column, string Message)
{
    /// <summary>The form editors and terminals make clickable.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}
