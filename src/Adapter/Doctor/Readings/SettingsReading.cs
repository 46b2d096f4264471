using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Doctor.Readings;

/// <param name="File">The settings file.</param>
/// <param name="Settings">Those of the file; the defaults where it cannot be understood.</param>
/// <param name="Problem">Why the file cannot be read or understood; null when it can, or is absent.</param>
internal sealed record SettingsReading(string File, AdapterSettings Settings, string? Problem)
{
    /// <summary>cnm-cni runs in a container: this process does, or it asks a managed plugin.</summary>
    public bool IsOfContainer => Settings.PluginRoot is not null || ManagedPlugin.IdOf(Settings.Socket) is not null;

    public static SettingsReading Of(AdapterSettings settings) => new(SettingsFile.DefaultPath, settings, null);

    /// <param name="file">The file that the user named; null: the default one, which may be absent.</param>
    public static SettingsReading Load(string? file)
    {
        var path = file ?? SettingsFile.DefaultPath;
        try
        {
            return new SettingsReading(path, ManagedPlugin.Reached(HostRoot.Load(file)), null);
        }
        catch (Exception wrong) when (wrong is SettingsException or ServiceException)
        {
            return new SettingsReading(path, new AdapterSettings(), wrong.Message);
        }
    }
}
