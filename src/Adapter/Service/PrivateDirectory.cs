using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Service;

/// <summary>A directory whose files decide what the driver does as root, and may carry the secrets of a CNI configuration: nobody else's to read or to write.</summary>
/// <param name="setting">The setting that names it.</param>
/// <param name="path">Where it is, or will be.</param>
internal sealed class PrivateDirectory(string setting, string path)
{
    private const int NamesShown = 3;

    // One of the program's name is the program's, whatever a service manager or an administrator keeps in it beside us: a pid file, say.
    private const string Own = "cnm-cni";

    // What we keep in either; and what is at the root of some file systems, which may be mounted for us.
    private static readonly HashSet<string> Expected =
        ["lock", "networks", "attachments", "reservations", "cni", "netns", "cni.lock", "cni.sock", "cni.sock.spare", "probe", "lost+found"];

    /// <summary>Looks, and changes nothing: whether it could be ours alone without anybody missing something.</summary>
    /// <exception cref="ServiceException">It is somebody else's, who could have put anything there; or others need it; or it cannot be one.</exception>
    public void Require()
    {
        using var directory = TryOpen();
        if (directory is null)
            return;

        RequireSpare(directory);
        var (owner, self) = (LibC.Owner(directory), LibC.EffectiveUser());
        if (owner != self)
        {
            throw new ServiceException(
                $"{path} belongs to user {owner}, and cnm-cni runs as user {self}. Whoever owns it decides what cnm-cni does; " +
                $"look at what is in it, then give it to the right user (chown -R {self} {path}) or remove it.");
        }
    }

    /// <summary>As <see cref="Require"/>, for who takes nobody's rights, and may not be the one who runs the driver.</summary>
    /// <exception cref="ServiceException">Others need it.</exception>
    public void RequireSpare()
    {
        using var directory = TryOpen();
        if (directory is not null)
            RequireSpare(directory);
    }

    /// <summary>Makes it, or takes from others the rights that they have in it. What is in it stays as it is.</summary>
    /// <exception cref="ServiceException">As with <see cref="Require"/>; or it cannot be made.</exception>
    public void Prepare()
    {
        Require();
        MissingDirectory.Make(path, parents: MissingDirectory.Open);
        Try(() =>
        {
            using var directory = LibC.Open(path);
            if (File.GetUnixFileMode(directory) != MissingDirectory.OwnerOnly)
                File.SetUnixFileMode(directory, MissingDirectory.OwnerOnly);

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

        return Directory.Exists(path) ? LibC.Open(path) : throw new IOException(MissingDirectory.WordsForLink(path));
    });

    private void RequireSpare(SafeFileHandle directory)
    {
        if (SystemDirectories.Name(directory) is { } name)
        {
            throw new ServiceException(
                $"{setting}: {path} is {(name == path ? "a directory of the system's" : $"{name}, a directory of the system's")}, and others need it. " +
                "cnm-cni needs one that it has to itself, and that nobody else can open.");
        }

        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) == Own)
            return;

        if (Try(() => (File.GetUnixFileMode(directory) & (UnixFileMode)0b000_111_111) != 0) && Others() is { Length: > 0 } others)
        {
            throw new ServiceException(
                $"{setting}: {path} is open to others than its owner, and in it is what is not cnm-cni's: {others}. Name a directory that cnm-cni has to itself; " +
                $"or, if nobody else needs this one, close it (chmod 700 {path}).");
        }
    }

    private string Others() => Try(() =>
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Where(name => !Expected.Contains(name)).Order(StringComparer.Ordinal)];
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
            throw new ServiceException($"{path} cannot be used as a directory of cnm-cni's: {FileWords.Of(unusable)}", unusable);
        }
    }
}
