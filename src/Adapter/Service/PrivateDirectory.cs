using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Service;

/// <summary>
/// A directory that only cnm-cni may read and write: its files decide what cnm-cni does as root, and may contain the secrets of a CNI
/// configuration.
/// </summary>
/// <param name="setting">The setting that names it.</param>
/// <param name="path">Its path. It need not exist.</param>
internal sealed class PrivateDirectory(string setting, string path)
{
    private const int NamesShown = 3;

    // A directory of this name belongs to cnm-cni, also when a service manager or an administrator keeps, say, a pid file in it.
    private const string Own = "cnm-cni";

    // Entries of cnm-cni in either directory, and those at the root of a file system that is mounted for it.
    private static readonly HashSet<string> Expected =
    [
        "lock", "networks", "attachments", "reservations", "records", "cni", "netns", "versions", "cni.lock", "cni.sock",
        "cni.sock.spare", "probe", "history", "test", "test.lock", "lost+found",
    ];

    /// <summary>Checks, without a change, whether the directory can be closed to other users without harm.</summary>
    /// <exception cref="ServiceException">It belongs to another user, other programs need it, or the path is not a directory.</exception>
    public void Require()
    {
        using var directory = TryOpen();
        if (directory is null)
            return;

        RequireUnshared(directory);
        var (owner, self) = (LibC.Owner(directory), LibC.EffectiveUser());
        if (owner != self)
        {
            throw new ServiceException(
                $"{path} belongs to user {owner}, and cnm-cni runs as user {self}. The owner of the directory controls what cnm-cni " +
                $"does; inspect its content, then give it to the right user (chown -R {self} {path}) or remove it.");
        }
    }

    /// <summary>As <see cref="Require"/>, for a command, which changes no mode and may be run by another user than the daemon.</summary>
    /// <exception cref="ServiceException">Other programs need it.</exception>
    public void RequireUnshared()
    {
        using var directory = TryOpen();
        if (directory is not null)
            RequireUnshared(directory);
    }

    /// <summary>Creates the directory, or takes the rights of other users from it. Its content stays as it is.</summary>
    /// <exception cref="ServiceException">As with <see cref="Require"/>; or it cannot be created.</exception>
    public void Prepare()
    {
        Require();
        HostDirectories.Create(path, parents: HostDirectories.Readable);
        Try(() =>
        {
            using var directory = LibC.Open(path);
            if (File.GetUnixFileMode(directory) != HostDirectories.OwnerOnly)
                File.SetUnixFileMode(directory, HostDirectories.OwnerOnly);

            return true;
        });
    }

    private SafeFileHandle? TryOpen() => Try(() =>
    {
        var kind = LibC.KindOf(path);
        if (kind is null)
            return null;

        if (kind is not (FileKind.Directory or FileKind.Link))
            throw new IOException($"it is a {kind.Value.Text()}");

        return Directory.Exists(path) ? LibC.Open(path) : throw new IOException(HostDirectories.DescribeLink(path));
    });

    private void RequireUnshared(SafeFileHandle directory)
    {
        if (HostDirectories.SystemName(directory) is { } name)
        {
            throw new ServiceException(
                $"{setting}: {path} is {(name == path ? "" : $"{name}, ")}a directory of the system, which other programs need. " +
                "cnm-cni needs a directory of its own, which it closes to other users.");
        }

        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) == Own)
            return;

        if (Try(() => (File.GetUnixFileMode(directory) & (UnixFileMode)0b000_111_111) != 0) && Foreign() is { Length: > 0 } foreign)
        {
            throw new ServiceException(
                $"{setting}: {path} is open to other users, and contains files that are not cnm-cni's: {foreign}. Name a directory of " +
                $"its own; or, if no other program needs this one, close it (chmod 700 {path}).");
        }
    }

    private string Foreign() => Try(() =>
    {
        string[] names =
        [
            .. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry))
                .Where(name => !Expected.Contains(name)).Order(StringComparer.Ordinal),
        ];
        return string.Join(", ", names.Take(NamesShown)) + (names.Length > NamesShown ? $" and {names.Length - NamesShown} more" : "");
    });

    private T Try<T>(Func<T> attempt)
    {
        try
        {
            return attempt();
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"{path} cannot be used as a directory of cnm-cni: {ErrorDescription.OfFile(unusable)}", unusable);
        }
    }
}
