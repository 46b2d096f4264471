using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Service;

/// <summary>Checks and prepares the directories of the settings.</summary>
internal static class DaemonDirectories
{
    private static readonly string[] StateEntries = ["lock", "networks", "attachments", "reservations", "cni", "history"];
    private static readonly string[] RunEntries = ["lock", "cni.lock", "netns", "records", "versions", "test", "test.lock"];

    /// <summary>Checks all directories before it creates one.</summary>
    /// <exception cref="ServiceException">One cannot be used, or contains another.</exception>
    public static void Prepare(AdapterSettings settings)
    {
        RequirePrivate(settings);
        new PrivateDirectory("stateDirectory", settings.StateDirectory).Prepare();
        new PrivateDirectory("runDirectory", settings.RunDirectory).Prepare();
        Require(settings.CniLock, FileKind.File);
        Require(Path.Combine(settings.RunDirectory, "netns"), FileKind.Directory);
        Require(settings.PresentRecords, FileKind.Directory);
    }

    /// <summary>Checks, without a change, whether <see cref="Prepare"/> could use the directories.</summary>
    /// <exception cref="ServiceException">One cannot be used, or contains another.</exception>
    public static void RequirePrivate(AdapterSettings settings)
    {
        RequireApart(settings);
        new PrivateDirectory("stateDirectory", settings.StateDirectory).Require();
        new PrivateDirectory("runDirectory", settings.RunDirectory).Require();
    }

    /// <summary>For commands, which create what is missing in the directories but change no mode.</summary>
    /// <exception cref="ServiceException">One is a directory that other programs need.</exception>
    public static void RequireUnshared(AdapterSettings settings)
    {
        RequireApart(settings);
        new PrivateDirectory("stateDirectory", settings.StateDirectory).RequireUnshared();
        new PrivateDirectory("runDirectory", settings.RunDirectory).RequireUnshared();
    }

    /// <summary>The path of the second hard link to the socket, which differs from the first.</summary>
    public static string SpareSocket(AdapterSettings settings)
    {
        const string Usual = "cni.sock";
        var isTaken = Path.GetFileName(settings.Socket) == Usual
            && HostDirectories.IsSame(Path.GetDirectoryName(settings.Socket)!, settings.RunDirectory);
        return Path.Combine(settings.RunDirectory, isTaken ? Usual + ".spare" : Usual);
    }

    // A record's file is recognised by its name alone, and the repair removes foreign namespaces from netns.
    private static void RequireApart(AdapterSettings settings)
    {
        string[] reserved =
        [
            .. StateEntries.Select(name => Path.Combine(settings.StateDirectory, name)),
            .. RunEntries.Select(name => Path.Combine(settings.RunDirectory, name)),
        ];
        var configured = new[]
        {
            ("stateDirectory", settings.StateDirectory), ("runDirectory", settings.RunDirectory), ("socket", settings.Socket),
        };
        foreach (var (setting, path) in configured)
        {
            if (reserved.FirstOrDefault(entry => IsAtOrBelow(path, entry)) is { } taken)
            {
                throw new ServiceException(
                    $"{setting}: {path} cannot be used: cnm-cni keeps its own files in {taken}. Choose another path.");
            }
        }
    }

    private static bool IsAtOrBelow(string path, string directory) =>
        $"{Path.GetFullPath(path)}/".StartsWith($"{Path.GetFullPath(directory)}/", StringComparison.Ordinal);

    /// <summary>To be checked at the start, because otherwise the first container would fail.</summary>
    /// <exception cref="ServiceException">There is something else at the path.</exception>
    public static void Require(string path, FileKind expected)
    {
        if (LibC.KindOf(path) is { } kind && kind != expected)
        {
            throw new ServiceException(
                $"{path} is a {kind.Text()}, where cnm-cni keeps a {expected.Text()}. No other program should use it: inspect it, then " +
                "remove it.");
        }
    }
}
