namespace Bridge.Adapter.Settings;

/// <summary>How a setting of one kind is read, with the value in force as its default, and written.</summary>
internal sealed record SettingsKind<T>(Func<SettingsValue, T, T> Read, Func<T, string> Write);

/// <summary>The keys of one YAML mapping, a row each, in the order in which they are printed.</summary>
internal sealed class SettingsSection<T>
{
    private readonly List<(string Name, Func<T, SettingsValue, T> Read, Func<T, string> Write)> _rows = [];

    public IEnumerable<string> Keys => _rows.Select(row => row.Name);

    public SettingsSection<T> Row<TValue>(string name, Func<T, TValue> get, Func<T, TValue, T> set, SettingsKind<TValue> kind)
    {
        _rows.Add((name, (settings, value) => set(settings, kind.Read(value, get(settings))), settings => kind.Write(get(settings))));
        return this;
    }

    /// <returns>Reads the key's value into the settings; null for an unknown key.</returns>
    public Func<T, SettingsValue, T>? Reader(string name) => _rows.FirstOrDefault(row => row.Name == name).Read;

    /// <summary>The key that was probably meant; null when none is near.</summary>
    public string? Nearest(string written) => Spelling.Nearest(Keys, written, Math.Max(1, written.Length / 3));

    /// <summary>The mapping as YAML in block style. The value of a section begins with a line break.</summary>
    public string Write(T settings, string indent = "") => string.Concat(_rows.Select(row =>
        row.Write(settings) is ['\n', ..] section ? $"{indent}{row.Name}:{section}" : $"{indent}{row.Name}: {row.Write(settings)}\n"));
}
