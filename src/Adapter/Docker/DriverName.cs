using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Docker;

/// <summary>
/// The name by which Docker knows cnm-cni, after <c>-d</c> and <c>--ipam-driver</c>: that of the settings; or else, of a managed plugin,
/// the plugin's name with its tag, which only Docker knows (moby plugin/v2/plugin.go Name); or else that of the socket's file.
/// </summary>
internal sealed class DriverName(AdapterSettings settings, IDockerEngine docker)
{
    private readonly string _usual = Path.GetFileNameWithoutExtension(settings.Socket);
    private volatile string? _asked;

    /// <summary>
    /// Without a question to Docker, for texts within its calls. Before the first answer a managed plugin's name is not known.
    /// </summary>
    public string Known => settings.DriverName ?? _asked ?? _usual;

    /// <summary>For the background. Asks Docker once.</summary>
    /// <exception cref="DockerException">Docker does not answer.</exception>
    public async ValueTask<string> AskAsync(CancellationToken cancellationToken)
    {
        if (settings.DriverName is null && _asked is null && ManagedPlugin.IdOf(settings.Socket) is { } id)
            _asked = await docker.PluginNameAsync(id, cancellationToken);

        return Known;
    }
}
