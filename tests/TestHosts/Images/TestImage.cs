using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bridge.TestHosts.Images;

/// <summary>
/// The one image of the test hosts, built without a registry: a static busybox with all its applets, and a page for its web server.
/// The archive has the form of <c>docker save</c>, which <c>docker load</c> and <c>ctr images import</c> both read.
/// </summary>
internal static class TestImage
{
    public const string Reference = "docker.io/library/bridge-test:latest";
    public const string Name = "bridge-test";

    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;

    /// <param name="busybox">A busybox that needs no shared libraries.</param>
    /// <param name="applets">Its applets (<c>busybox --list</c>).</param>
    /// <param name="archivePath">The file to write.</param>
    public static void Write(string busybox, IEnumerable<string> applets, string archivePath)
    {
        var layer = Layer(busybox, applets);
        var configuration = Encoding.UTF8.GetBytes(Configuration(layer).ToJsonString());
        var configurationName = Convert.ToHexStringLower(SHA256.HashData(configuration)) + ".json";
        var manifest = new JsonArray(new JsonObject
        {
            ["Config"] = configurationName,
            ["RepoTags"] = new JsonArray($"{Name}:latest"),
            ["Layers"] = new JsonArray("layer.tar"),
        });

        using var archive = new TarWriter(File.Create(archivePath));
        WriteFile(archive, "layer.tar", layer, Readable);
        WriteFile(archive, configurationName, configuration, Readable);
        WriteFile(archive, "manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString()), Readable);
    }

    private static byte[] Layer(string busybox, IEnumerable<string> applets)
    {
        using var buffer = new MemoryStream();
        using (var layer = new TarWriter(buffer, leaveOpen: true))
        {
            foreach (var directory in (string[])["bin", "etc", "proc", "sys", "dev", "tmp", "www"])
                layer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, directory) { Mode = Executable });

            WriteFile(layer, "bin/busybox", File.ReadAllBytes(busybox), Executable);
            foreach (var applet in applets.Where(applet => applet != "busybox"))
                layer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });

            WriteFile(layer, "etc/passwd", "root:x:0:0:root:/:/bin/sh\n"u8, Readable);
            WriteFile(layer, "www/index.html", "served\n"u8, Readable);
        }

        return buffer.ToArray();
    }

    // A program that is process 1 of its container ignores SIGTERM unless it handles it: `docker stop` would wait 10 s for each.
    private static JsonObject Configuration(byte[] layer) => new()
    {
        ["architecture"] = Architecture,
        ["os"] = "linux",
        ["config"] = new JsonObject
        {
            ["Env"] = new JsonArray("PATH=/bin"),
            ["Cmd"] = new JsonArray("sleep", "infinity"),
            ["StopSignal"] = "SIGKILL",
        },
        ["rootfs"] = new JsonObject
        {
            ["type"] = "layers",
            ["diff_ids"] = new JsonArray("sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer))),
        },
    };

    private static string Architecture =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            var other => other.ToString().ToLowerInvariant(),
        };

    private static void WriteFile(TarWriter archive, string path, ReadOnlySpan<byte> content, UnixFileMode mode) =>
        archive.WriteEntry(
            new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = mode, DataStream = new MemoryStream(content.ToArray()) });
}
