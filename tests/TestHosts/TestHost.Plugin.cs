using System.Globalization;
using Bridge.TestHosts.Commands;

namespace Bridge.TestHosts;

// cnm-cni in a container: as a managed plugin of the host's Docker.
public sealed partial class TestHost
{
    /// <summary>Docker's name of the plugin, and of its drivers.</summary>
    public const string PluginName = "cnm-cni:latest";

    private const string PluginSockets = "/run/docker/plugins";

    /// <summary>Creates and enables the plugin, from what `./bridge package plugin` packs, and uses it.</summary>
    /// <returns>The plugin's id.</returns>
    public async Task<string> InstallPluginAsync(CancellationToken cancellationToken)
    {
        var directory = await MakePluginAsync(cancellationToken);
        (await DockerAsync(["plugin", "create", PluginName, directory], cancellationToken)).EnsureSuccess();
        (await DockerAsync(["plugin", "enable", PluginName], cancellationToken)).EnsureSuccess();
        return await UsePluginAsync(cancellationToken);
    }

    /// <summary>Lets commands in the host use the socket of the plugin that runs.</summary>
    /// <returns>The plugin's id.</returns>
    public async Task<string> UsePluginAsync(CancellationToken cancellationToken)
    {
        var id = (await DockerAsync(["plugin", "inspect", "--format", "{{.Id}}", PluginName], cancellationToken)).EnsureSuccess().Output;
        WriteBridgeSettings($"socket: {PluginSockets}/{id}/cni.sock\nrepair: {{ interval: 2s }}\n");
        return id;
    }

    /// <summary>Runs the commands of docs/managed-plugin.md for an upgrade.</summary>
    public async Task UpgradePluginAsync(CancellationToken cancellationToken)
    {
        var directory = await MakePluginAsync(cancellationToken);
        var commands = (await File.ReadAllTextAsync(PackagedFile("docs/managed-plugin.md"), cancellationToken))
            .Split("An upgrade without a registry:", 2)[1].Split("```", 3)[1];
        var script = commands["bash".Length..].Replace("artifacts/packages/plugin", directory, StringComparison.Ordinal)
            .Replace("docker ", HostRequirements.DockerClient + " ", StringComparison.Ordinal);
        (await RunAsync(["sh", "-e", "-c", script], cancellationToken)).EnsureSuccess();
    }

    /// <summary>Removes the plugin, also while networks need it.</summary>
    public async Task RemovePluginAsync(CancellationToken cancellationToken)
    {
        (await DockerAsync(["plugin", "disable", "--force", PluginName], cancellationToken)).EnsureSuccess();
        (await DockerAsync(["plugin", "rm", "--force", PluginName], cancellationToken)).EnsureSuccess();
    }

    /// <summary>The number of the plugin's process in the host; null while it does not run.</summary>
    public async Task<int?> PluginPidAsync(CancellationToken cancellationToken)
    {
        const string Search = """
            for file in /proc/[0-9]*/comm; do if [ "$(cat "$file")" = cnm-cni ]; then echo "$file"; fi; done 2> /dev/null
            """;
        var found = (await RunAsync(["sh", "-c", Search], cancellationToken)).Output;
        return found.Length == 0 ? null : int.Parse(found.Split('\n')[0].Split('/')[2], CultureInfo.InvariantCulture);
    }

    /// <summary><c>cnm-cni ARGUMENTS</c> in the plugin's container.</summary>
    public Task<CommandResult> InPluginAsync(string pluginId, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(["runc", "--root", "/run/docker/runtime-runc/plugins.moby", "exec", pluginId, "cnm-cni", .. arguments], cancellationToken);

    /// <summary>Makes the container image, as `./bridge package image` does, and gives it to the runtime of pods.</summary>
    public async Task ImportBridgeImageAsync(string version, CancellationToken cancellationToken)
    {
        var (files, archive) = (Path.Combine(_scratchDirectory, "image"), Path.Combine(_scratchDirectory, "cnm-cni.tar"));
        (await Command.RunAsync([PackagedFile("scripts/package/container-root.sh"), CnmCniBinary.Require(), files], cancellationToken))
            .EnsureSuccess();
        (await Command.RunAsync(
            ["bash", "-euo", "pipefail", "-c", """. "$0"; write_image "$@" """, PackagedFile("scripts/package/image.sh"), files, version,
                Path.Combine(_scratchDirectory, "layout"), archive],
            cancellationToken)).EnsureSuccess();
        (await RunAsync(["ctr", "--namespace", "k8s.io", "images", "import", archive], cancellationToken)).EnsureSuccess();
        (await DockerAsync(["load", "--input", archive], cancellationToken)).EnsureSuccess();
    }

    /// <returns>The directory for <c>docker plugin create</c>.</returns>
    public async Task<string> MakePluginAsync(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(_scratchDirectory, "plugin");
        var files = Path.Combine(directory, "rootfs");
        (await Command.RunAsync([PackagedFile("scripts/package/container-root.sh"), CnmCniBinary.Require(), files], cancellationToken))
            .EnsureSuccess();
        Directory.CreateDirectory(Path.Combine(files, "run/shared"));
        File.Copy(PackagedFile("packaging/plugin/config.json"), Path.Combine(directory, "config.json"), overwrite: true);
        return directory;
    }

    /// <summary>A file of the repository.</summary>
    public static string PackagedFile(string path)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (Path.Combine(directory.FullName, path) is var candidate && File.Exists(candidate))
                return candidate;
        }

        throw new FileNotFoundException($"The tests are not in a clone of the repository: {path} is not there.");
    }
}
