"""Environment (ZHENGTU_…) or .env file in, one frozen Settings out; read when asked, never at import."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from zhengtu import rooms
from zhengtu.errors import SettingsError


class Settings(BaseSettings):
    """Every setting with its help; the command line offers the same names."""

    model_config = SettingsConfigDict(env_prefix="ZHENGTU_", env_file=".env", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default_factory=rooms.data, description="Folder with reference/, schemas/ and reports/ 数据目录"
    )
    build_dir: Path = Field(default=Path("build"), description="Folder that a build writes 构建输出目录")
    host: str = Field(default="127.0.0.1", description="Address that the service listens on 监听地址")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that the service listens on 监听端口")


def load(**overrides: object) -> Settings:
    """Settings from the environment; `overrides` that are not None win.

    Raises SettingsError naming every field that cannot be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"Setting cannot be used: {faults}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f".env is not UTF-8: byte {error.start}") from None
