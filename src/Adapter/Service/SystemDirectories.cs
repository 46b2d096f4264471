using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Service;

/// <summary>Directories that every program of a machine needs: whoever takes the rights of others in them takes the machine down. See hier(7).</summary>
internal static class SystemDirectories
{
    private static readonly string[] All =
    [
        "/",
        .. Below("", "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var"),
        .. Below("/usr", "bin", "include", "lib", "lib32", "lib64", "libexec", "libx32", "local", "sbin", "share", "src", "local/bin", "local/etc", "local/lib", "local/sbin", "local/share"),
        .. Below("/var", "backups", "cache", "lib", "local", "lock", "log", "mail", "opt", "run", "spool", "tmp"),
        .. Below("/run", "lock", "user", "docker", "docker/plugins", "containerd", "netns", "systemd"),
        .. Below("/var/lib", "cni", "docker", "containerd", "kubelet"),
        .. Below("/etc", "cni", "cni/net.d", "docker"),
        .. Below("/opt", "cni", "cni/bin"),
        "/dev/shm",
    ];

    /// <summary>Its name if it is one of them, by whatever path it was opened; else null.</summary>
    public static string? Name(SafeFileHandle directory)
    {
        var identity = LibC.Identity(directory);
        return All.FirstOrDefault(name => LibC.TryIdentity(name) == identity);
    }

    private static IEnumerable<string> Below(string parent, params string[] names) => names.Select(name => $"{parent}/{name}");
}
