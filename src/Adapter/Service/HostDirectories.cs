using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Service;

/// <summary>Creates directories and recognises those of the system.</summary>
internal static class HostDirectories
{
    /// <summary>Mode 0700.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Mode 0755, as mkdir(1) gives to parents.</summary>
    public const UnixFileMode Readable =
        OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const int ELOOP = 40;

    // Every program needs these; closing one to other users breaks the machine. See hier(7).
    private static readonly string[] OfSystem =
    [
        "/",
        .. Below(
            "", "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root", "run",
            "sbin", "srv",
            "sys", "tmp", "usr", "var"),
        .. Below(
            "/usr", "bin", "include", "lib", "lib32", "lib64", "libexec", "libx32", "local", "sbin", "share", "src", "local/bin",
            "local/etc",
            "local/lib", "local/sbin", "local/share"),
        .. Below("/var", "backups", "cache", "lib", "local", "lock", "log", "mail", "opt", "run", "spool", "tmp"),
        .. Below("/run", "lock", "user", "docker", "docker/plugins", "containerd", "netns", "systemd"),
        .. Below("/var/lib", "cni", "docker", "containerd", "kubelet"),
        .. Below("/etc", "cni", "cni/net.d", "docker"),
        .. Below("/opt", "cni", "cni/bin"),
        "/dev/shm",
    ];

    /// <summary>Creates a directory with mode 0700, unless it exists.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="parents">The mode of missing parents.</param>
    /// <exception cref="ServiceException">It cannot be created.</exception>
    public static void Create(string path, UnixFileMode parents) => Create(path, OwnerOnly, parents);

    /// <summary>Why a symbolic link leads to no directory.</summary>
    public static string DescribeLink(string path)
    {
        var target = new DirectoryInfo(path).LinkTarget;
        try
        {
            using var file = LibC.TryOpen(path);
            return file is null ? $"it is a link to {target}, which does not exist" : $"it is a link to {target}, which is not a directory";
        }
        catch (KernelException refused)
        {
            return (int)refused.Errno == ELOOP ? $"it is a link to {target}, which leads back to itself" : refused.Message;
        }
    }

    /// <summary>The name of a directory of the system, by whatever path it was opened; null for another directory.</summary>
    public static string? SystemName(SafeFileHandle directory)
    {
        var identity = LibC.Identity(directory);
        return OfSystem.FirstOrDefault(name => LibC.TryIdentity(name) == identity);
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

    private static void Create(string path, UnixFileMode mode, UnixFileMode parents)
    {
        if (Directory.Exists(path))
            return;

        if (Path.GetDirectoryName(path) is { } parent)
            Create(parent, parents, parents);

        try
        {
            Directory.CreateDirectory(path, mode);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"the directory {path} cannot be created: {Reason(path, refused)}", refused);
        }
    }

    private static string Reason(string path, Exception refused) => LibC.KindOf(path) switch
    {
        FileKind.Link => DescribeLink(path),
        { } kind => $"there is a {kind.Text()}",
        null => ErrorText.Of(refused),
    };

    private static IEnumerable<string> Below(string parent, params string[] names) => names.Select(name => $"{parent}/{name}");
}
