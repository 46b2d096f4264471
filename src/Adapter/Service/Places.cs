using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Service;

/// <summary>The directories and the socket of a daemon, and whether they leave each other room.</summary>
internal static class Places
{
    private static readonly string[] OfState = ["lock", "networks", "attachments", "reservations", "cni"];
    private static readonly string[] OfRun = ["lock", "cni.lock", "netns"];

    /// <summary>Looks at all of them before it makes any.</summary>
    /// <exception cref="ServiceException">One cannot be used, or lies in the way of another.</exception>
    public static void Prepare(AdapterSettings settings)
    {
        PrivateDirectory state = new("stateDirectory", settings.StateDirectory), run = new("runDirectory", settings.RunDirectory);
        RequireApart(settings);
        state.Require();
        run.Require();
        state.Prepare();
        run.Prepare();
        Require(settings.CniLock, FileKind.File);
        Require(Path.Combine(settings.RunDirectory, "netns"), FileKind.Directory);
    }

    /// <summary>For who makes what is missing in the directories, and takes nobody's rights in them.</summary>
    /// <exception cref="ServiceException">One is a directory that others need.</exception>
    public static void RequireSpare(AdapterSettings settings)
    {
        RequireApart(settings);
        new PrivateDirectory("stateDirectory", settings.StateDirectory).RequireSpare();
        new PrivateDirectory("runDirectory", settings.RunDirectory).RequireSpare();
    }

    /// <summary>The socket's second name, which must not be the first.</summary>
    public static string SpareOf(AdapterSettings settings)
    {
        const string Usual = "cni.sock";
        var isTaken = Path.GetFileName(settings.Socket) == Usual && IsSame(Path.GetDirectoryName(settings.Socket)!, settings.RunDirectory);
        return Path.Combine(settings.RunDirectory, isTaken ? Usual + ".spare" : Usual);
    }

    /// <summary>Whether two paths lead to one directory, by whatever links.</summary>
    public static bool IsSame(string directory, string other)
    {
        if (directory == other)
            return true;

        using var first = LibC.TryOpen(directory);
        using var second = LibC.TryOpen(other);
        return first is not null && second is not null && LibC.Identity(first) == LibC.Identity(second);
    }

    // Records are told from other files by their names alone, and what is no namespace of ours is taken out of netns.
    private static void RequireApart(AdapterSettings settings)
    {
        string[] kept =
        [
            .. OfState.Select(name => Path.Combine(settings.StateDirectory, name)),
            .. OfRun.Select(name => Path.Combine(settings.RunDirectory, name)),
        ];
        foreach (var (setting, path) in new[] { ("stateDirectory", settings.StateDirectory), ("runDirectory", settings.RunDirectory), ("socket", settings.Socket) })
        {
            if (kept.FirstOrDefault(place => IsAtOrBelow(path, place)) is { } taken)
                throw new ServiceException($"{setting}: {path} cannot be used: cnm-cni keeps other things of its own in {taken}. Choose another path.");
        }
    }

    private static bool IsAtOrBelow(string path, string place) => $"{Path.GetFullPath(path)}/".StartsWith($"{Path.GetFullPath(place)}/", StringComparison.Ordinal);

    // Else the first container would be the one to find out.
    private static void Require(string path, FileKind expected)
    {
        if (LibC.KindOf(path) is { } kind && kind != expected)
            throw new ServiceException($"{path} is a {kind.Text()}, where cnm-cni keeps a {expected.Text()}. Nobody but cnm-cni has business there: look at it, then remove it.");
    }
}
